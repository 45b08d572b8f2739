/// One thing that can be wrong with an episode or a dataset: what it means, why it matters, and from where on it counts.
public struct Check: Sendable, Equatable {
  /// What a check must be given; without it, the check is not assessed.
  public enum Need: String, CaseIterable, Sendable {
    case images
    case proprio
    case instructions
    case rewards
    case timestamps
  }

  /// What a finding is about.
  public enum Scope: String, Sendable {
    case episode
    case dataset
  }

  /// From which value on a score becomes a finding.
  public struct Threshold: Sendable, Equatable {
    /// On which side of the threshold a score is a finding.
    public enum Side: String, Sendable {
      case above
      case below
    }

    /// The default.
    public let value: Double
    public let side: Side
    /// What the score counts, such as steps, a share of steps, or robust deviations.
    public let unit: String
    /// Where the default comes from.
    public let source: String

    public init(_ side: Side, _ value: Double, unit: String, source: String) {
      self.value = value
      self.side = side
      self.unit = unit
      self.source = source
    }

    /// Whether `score` is a finding under a threshold of `value`.
    public func isExceeded(by score: Double, value: Double) -> Bool {
      switch side {
      case .above: score > value
      case .below: score < value
      }
    }
  }

  /// The name in kebab case, unique and stable.
  public let id: String
  public let title: String
  /// What it means, in one sentence.
  public let meaning: String
  /// How it hurts training.
  public let mechanism: String
  public let threshold: Threshold
  public let checkClass: CheckClass
  public let needs: [Need]
  public let scope: Scope
  /// Whether the score grows or shrinks by degrees, so that its correlation with length is worth knowing.
  public let isSoft: Bool

  public init(
    _ id: String, _ checkClass: CheckClass, _ title: String, meaning: String, mechanism: String, threshold: Threshold,
    needs: [Need] = [], scope: Scope = .episode, isSoft: Bool = false
  ) {
    self.id = id
    self.title = title
    self.meaning = meaning
    self.mechanism = mechanism
    self.threshold = threshold
    self.checkClass = checkClass
    self.needs = needs
    self.scope = scope
    self.isSoft = isSoft
  }

  /// The column of the catalog that holds the score of each episode: the id in snake case.
  public var column: String { String(id.map { $0 == "-" ? "_" : $0 }) }
}

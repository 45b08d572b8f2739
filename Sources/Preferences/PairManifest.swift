public import ManifestSyntax

/// Preference pairs as data: how rollouts are read from stores, and by which rules they are paired.
///
/// Written in YAML; `docs/preferences.md` describes the keys.
public struct PairManifest: Sendable {
  /// Where a rollout's fields are found in the metadata of an episode's catalog row.
  public struct Fields: Sendable, Equatable {
    public var id: String?
    /// nil for the catalog's own column.
    public var success: String?
    /// nil for the sum of the rewards.
    public var returned: String?
    /// nil for the instruction.
    public var task: String?
    public var policy: String?
    public var start = Start.unknown
    public var bucket: [String] = []
    public var bucketWidth = 1.0
    public var successStep: String?
    public var termination: String?
    public var stageEnds: String?
    public var stageCosts: String?
    public var flagged: String?
    public var correction: String?
  }

  /// What tells which rollouts begin in the same state.
  public enum Start: Sendable, Equatable {
    case unknown
    /// Metadata fields.
    case fields([String])
    /// Parts of the first observation: `proprio`, `image.<view>`.
    case observation([String])

    /// The kind, as the index names it.
    public var kind: String {
      switch self {
      case .unknown: "none"
      case .fields: "metadata"
      case .observation: "observation"
      }
    }
  }

  public let name: String
  public let file: String
  /// The manifest's bytes.
  public let source: [UInt8]
  public let seed: UInt64
  public let description: String?
  public let fields: Fields
  /// What scores are made of, and how much each term counts: `return`, `success`, `length`, or a metadata field.
  public let score: [(name: String, weight: Double)]
  public let strategies: [Strategy]
  public let filters: PairFilters
  /// How episodes that are used must have ended; nil for anyhow but by crash or operator.
  public let terminations: Set<Rollout.Termination>?
  public let successRate: ClosedRange<Double>?
  public let balance: PairBalance
  public let split: SplitRule
  /// How actions are normalised: the name of a kind.
  public let normalization: String
  public let normalizationPlace: ManifestPlace?
  /// The views to keep; nil for all.
  public let views: [String]?
  /// About how many bytes a shard of episodes has.
  public let shardByteCount: Int

  /// Reads the manifest at `path`.
  public init(path: String) throws(ManifestError) { try self.init(text: ManifestText(path: path)) }

  /// Reads a manifest from its bytes; `file` is the name that errors give.
  public init(bytes: [UInt8], file: String) throws(ManifestError) {
    try self.init(text: ManifestText(bytes: bytes, file: file))
  }

  static let keys = [
    "name", "seed", "about", "rollouts", "score", "strategies", "filters", "balance", "split", "normalization",
    "views", "shard_size",
  ]

  private init(text: ManifestText) throws(ManifestError) {
    let root = try text.root().mapping(allowing: Self.keys)
    file = text.file
    source = text.bytes
    name = try root.required("name", "it names the set, as in `name: success_vs_failure`").string()
    seed = UInt64(try root["seed"]?.integer(in: 0...Int.max) ?? 0)
    description = try root["about"]?.mapping(allowing: ["description", "source"])["description"]?.string()
    fields = try Fields(root.required("rollouts", "it says where success, task and start are found"))
    score = try Self.score(root["score"])
    strategies = try Self.strategies(root)
    (filters, terminations, successRate) = try Self.filters(root["filters"])
    balance = try Self.balance(root["balance"])
    split = try Self.split(root["split"])
    normalization = try root["normalization"]?.string() ?? "bounds_q99"
    normalizationPlace = root["normalization"]?.place
    views = try root["views"].map { node throws(ManifestError) in try Self.names(node) }
    shardByteCount = try root["shard_size"]?.integer(in: 1...65_536) ?? 256
    guard case .unknown = fields.start else { return }
    if let strategy = strategies.first(where: { $0.key == .start && $0.name != .unpaired && !$0.needsVotes }) {
      throw ManifestError(
        place: root["rollouts"]?.place ?? root.place,
        "nothing says which rollouts begin alike, and \(quoted(strategy.name.rawValue)) compares those; "
          + "give `start`, or `key: task` to the strategy")
    }
  }

  static func names(_ node: ManifestNode) throws(ManifestError) -> [String] {
    if node.isScalar { return [try node.string()] }
    var names: [String] = []
    for item in try node.list() {
      let name = try item.string()
      guard !names.contains(name) else { throw item.error("\(quoted(name)) is given twice; keep one") }
      names.append(name)
    }
    guard !names.isEmpty else { throw node.error("the list is empty; give at least one name") }
    return names
  }
}

/// What standardisation reads: the features of one episode, by path.
public protocol EpisodeFeatures {
  /// The number of steps, T.
  var stepCount: Int { get }
  /// The values of a feature, or nil when the episode has no such feature.
  func values(of path: FeaturePath) throws -> FeatureValues?
  /// The names of all features, for naming the nearest one in errors.
  var featureNames: [String] { get }
}

/// The values of one feature over an episode.
public enum FeatureValues: Sendable {
  /// Numbers: T rows for a feature of the steps, one row for a feature of the episode.
  case numbers(NumberArray)
  /// Texts and other byte strings: T of them, or one for a feature of the episode.
  case strings([[UInt8]])
}

/// The type that numbers have in the source, which decides how arithmetic on them rounds.
public enum NumberKind: String, Sendable {
  case bool
  case integer
  case float32
  case float64

  var isFloating: Bool { self == .float32 || self == .float64 }
}

/// Numbers of equal shape, one row after the other.
///
/// Every kind is held in float64, which is exact for all but integers beyond 2⁵³.
public struct NumberArray: Sendable, Equatable {
  /// The type in the source.
  public var kind: NumberKind
  /// The shape of one row; empty for one number per row.
  public var shape: [Int]
  /// The numbers, row-major: rows × shape.
  public var values: [Double]

  /// Gathers the parts.
  public init(kind: NumberKind, shape: [Int], values: [Double]) {
    self.kind = kind
    self.shape = shape
    self.values = values
  }
}

/// What a dataset's schema says of one feature.
public struct FeatureDeclaration: Sendable {
  /// What the values are.
  public enum Form: Sendable, Equatable {
    /// Numbers of a shape per step (or per episode), nil where a size varies.
    case numbers(NumberKind, shape: [Int?])
    /// A text or another byte string.
    case strings
    /// An encoded image.
    case image
    /// Something that standardisation cannot use, such as ragged lists; the text says what.
    case other(String)
  }

  /// The feature's keys joined by `/`, from the episode's root.
  public var name: String
  /// What the values are.
  public var form: Form

  /// Declares a feature.
  public init(name: String, form: Form) {
    self.name = name
    self.form = form
  }
}

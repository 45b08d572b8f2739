public import TensorFiles

/// Which tensors the shards of a store have, the same in each of them.
public struct StoreLayout: Equatable, Sendable {
  /// The number of action dimensions, A.
  public let actionDimension: Int
  /// The number of proprio dimensions, P; 0 where the dataset has none.
  public let proprioDimension: Int
  public let hasReward: Bool
  public let hasDiscount: Bool
  /// Pictures by tensor name (`image.primary`, `depth.wrist`), sorted by name.
  public let pictures: [Picture]

  /// One view and how its frames are kept.
  public struct Picture: Equatable, Sendable {
    /// The tensor's name, `image.<view>` or `depth.<view>`.
    public let name: String
    public let form: Form

    public init(_ name: String, _ form: Form) {
      self.name = name
      self.form = form
    }
  }

  /// How frames are kept.
  public enum Form: Equatable, Sendable {
    /// Encoded files one after another: `<name>.bytes` and `<name>.offsets`.
    case encoded
    /// Pixels: `<name>` of shape [N, …].
    case pixels(DType, shape: [Int])
  }

  public init(
    actionDimension: Int, proprioDimension: Int, hasReward: Bool, hasDiscount: Bool, pictures: [Picture]
  ) {
    self.actionDimension = actionDimension
    self.proprioDimension = proprioDimension
    self.hasReward = hasReward
    self.hasDiscount = hasDiscount
    self.pictures = pictures.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}

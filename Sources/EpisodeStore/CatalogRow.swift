/// What the catalog says of one episode.
public struct CatalogRow: Equatable, Sendable {
  /// The position in the source, over its splits in order.
  public var ordinal: Int
  public var split: String
  /// Which shard holds it, where in the shard's list of episodes, and at which step of the shard it begins.
  public var shard: Int
  public var position: Int
  public var firstStep: Int
  /// The number of steps.
  public var length: Int
  /// The source file's name, the record's position in it and the offset of its first byte.
  public var sourceFile: String
  public var sourceRecord: Int
  public var sourceOffset: Int
  /// The first instruction that is not empty.
  public var instruction: String?
  /// Whether the episode reached its goal, where the data tells.
  public var success: Bool?
  /// The sum of the rewards, where there are any.
  public var rewardSum: Double?
  /// The episode's metadata as a JSON object.
  public var metadata: String

  public init(
    ordinal: Int, split: String, shard: Int, position: Int, firstStep: Int, length: Int, sourceFile: String,
    sourceRecord: Int, sourceOffset: Int, instruction: String?, success: Bool?, rewardSum: Double?, metadata: String
  ) {
    self.ordinal = ordinal
    self.split = split
    self.shard = shard
    self.position = position
    self.firstStep = firstStep
    self.length = length
    self.sourceFile = sourceFile
    self.sourceRecord = sourceRecord
    self.sourceOffset = sourceOffset
    self.instruction = instruction
    self.success = success
    self.rewardSum = rewardSum
    self.metadata = metadata
  }
}

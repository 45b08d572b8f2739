public import Actions
internal import ByteIO
internal import TensorFiles

/// Computes the statistics of a dataset from its standardised rows, which it goes through twice.
public struct StatisticsPass {
  /// The standardised rows of some episodes: action [N, A], proprio [N, P].
  public struct Block {
    public let action: [Float]
    public let proprio: [Float]

    public init(action: [Float], proprio: [Float]) {
      self.action = action
      self.proprio = proprio
    }
  }

  /// A.
  public let actionDimension: Int
  /// 0 where there is none; OpenVLA then writes zeros of the action's width, and so does this.
  public let proprioDimension: Int
  let mask: [Bool]

  public init(actionDimension: Int, proprioDimension: Int, mask: [Bool]) {
    self.actionDimension = actionDimension
    self.proprioDimension = proprioDimension
    self.mask = mask
  }

  /// Returns the statistics over all blocks that `forEachBlock` gives, the same in each call.
  ///
  /// - Throws: `ActionsError` where there is no row, and what `forEachBlock` throws.
  public func run(episodeCount: Int, forEachBlock: ((Block) throws -> Void) throws -> Void) throws -> DatasetStatistics
  {
    var action = try StatisticsAccumulator(dimension: actionDimension)
    var proprio = proprioDimension > 0 ? try StatisticsAccumulator(dimension: proprioDimension) : nil
    try forEachBlock { block in
      try action.observe(block.action.span)
      try proprio?.observe(block.proprio.span)
    }
    var actionParts = action.refinements()
    var proprioParts = proprio?.refinements() ?? []
    try forEachBlock { block in
      for index in actionParts.indices { try actionParts[index].observe(block.action.span) }
      for index in proprioParts.indices { try proprioParts[index].observe(block.proprio.span) }
    }
    var actionStatistics = try action.statistics(refinedBy: actionParts)
    actionStatistics.mask = mask
    return DatasetStatistics(
      action: actionStatistics,
      proprio: try proprio?.statistics(refinedBy: proprioParts) ?? FeatureStatistics.zeros(dimension: actionDimension),
      transitionCount: action.rowCount, trajectoryCount: episodeCount)
  }
}

extension StatisticsPass {
  /// The rows of one block are at most this many bytes.
  private static let blockByteCount = 4 << 20

  /// Calls `body` with the rows of the shard at `path`, in blocks.
  public func forEachBlock(ofShard path: String, _ body: (Block) throws -> Void) throws {
    let file = try SafetensorsFile(path)
    let action = try file.bytes("action")
    let proprio = proprioDimension > 0 ? try file.bytes("proprio") : Bytes([])
    let rows = action.count / (4 * actionDimension)
    let step = max(1, Self.blockByteCount / (4 * (actionDimension + proprioDimension)))
    for start in stride(from: 0, to: rows, by: step) {
      let end = min(rows, start + step)
      try body(
        Block(
          action: action[start * 4 * actionDimension..<end * 4 * actionDimension].values(as: Float.self),
          proprio: proprio[start * 4 * proprioDimension..<end * 4 * proprioDimension].values(as: Float.self)))
    }
    file.releasePages("action")
    if proprioDimension > 0 { file.releasePages("proprio") }
  }
}

/// What it costs to train a model on so many samples: memory and days.
public struct TrainingCost: Equatable, Sendable {
  public let cost: ModelCost
  /// The samples of one pass, and the passes.
  public let samples: Int
  public let epochs: Double
  /// The devices that share the work, and the operations that each sustains per second.
  public let devices: Int
  public let operationsPerSecond: Double
  /// The rank of the adapter that is trained, `nil` where all parameters are.
  public let adapterRank: Int?

  /// What one sustains that has NVIDIA's published 312 TFLOP/s of bfloat16 and uses 40 % of them.
  public static let sustainedOfA100 = 125e12

  public init(
    _ cost: ModelCost, samples: Int, epochs: Double, devices: Int, operationsPerSecond: Double, adapterRank: Int?
  ) {
    self.cost = cost
    self.samples = samples
    self.epochs = epochs
    self.devices = devices
    self.operationsPerSecond = operationsPerSecond
    self.adapterRank = adapterRank
  }

  /// The parameters that are trained.
  public func trainedCount() throws(CheckpointError) -> Int {
    guard let adapterRank else { return cost.parameterCount() }
    return try AdapterConfig(rank: adapterRank).modules(of: cost.config).reduce(0) { $0 + $1.elementCount }
  }

  /// The bytes of AdamW's two float32 moments.
  public func optimizerBytes() throws(CheckpointError) -> Int { try 8 * trainedCount() }

  /// The bytes of weights, gradients and moments: float32 where they are trained, bfloat16 where they are frozen.
  public func stateBytes() throws(CheckpointError) -> Int {
    let trained = try trainedCount()
    return 16 * trained + (adapterRank == nil ? 0 : cost.weightBytes(width: 2))
  }

  /// The positions that are computed, patches included.
  public var positions: Double { Double(samples) * epochs * Double(cost.sequenceLength) }

  /// The operations of all steps.
  ///
  /// With an adapter the weights have no gradients of their own, which saves about a third.
  public var operations: Double {
    let perSample = Double(cost.trainingOperations) / Double(cost.batch)
    return Double(samples) * epochs * perSample * (adapterRank == nil ? 1 : 2.0 / 3)
  }

  /// The days of all devices together.
  public var days: Double { operations / operationsPerSecond / Double(devices) / 86_400 }
}

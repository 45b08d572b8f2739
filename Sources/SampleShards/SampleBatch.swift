public import ByteIO

/// B samples as a trainer takes them, row after row.
public struct SampleBatch: Sendable {
  /// Positions in the mixture, [B].
  public var positions: [Int] = []
  /// Which pass over the mixture each sample belongs to, [B].
  public var epochs: [Int] = []
  /// RGB pixels by picture (`image.primary`, `goal.primary`): [B, W, H, W′, 3], W = 1 for goals.
  public var pixels: [String: [UInt8]] = [:]
  /// Height and width of the pixels; the size of the frames themselves where none was asked for.
  public var height = 0
  public var width = 0
  /// Normalised actions, [B, K, A].
  public var action: [Float] = []
  /// Their bins, 0…255, [B, K, A].
  public var actionBins: [UInt8] = []
  /// 0 where an action is padding past the episode's end, [B, K].
  public var actionValid: [UInt8] = []
  /// 0 where an observation is padding before the episode's start, [B, W]; empty for W = 1.
  public var observationValid: [UInt8] = []
  /// Normalised states, [B, P] or [B, W, P]; empty where there are none.
  public var proprio: [Float] = []
  /// The instruction of each sample as UTF-8, empty where it has none, [B].
  public var instructions: [Bytes] = []
  /// Provenance, [B] each.
  public var datasetIndex: [UInt16] = []
  public var episodeOrdinal: [UInt64] = []
  public var stepIndex: [UInt32] = []
  /// The step of each goal, [B]; empty without goals.
  public var goalStep: [UInt32] = []

  public init() {}
}

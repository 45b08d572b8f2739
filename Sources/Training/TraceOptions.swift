public import VLA

/// How the optimiser steps of a trace are taken.
public struct TraceOptions: Sendable {
  public var steps = 5
  public var learningRate = 1e-3
  public var weightDecay = 0.01
  /// The largest gradient norm; `nil` for no limit.
  public var clip: Double?
  public var pass = TrainingPass()

  public init() {}
}

/// For one axis, which source samples make each output sample, and with what weights.
struct WeightedAxis<Weight: Numeric & BitwiseCopyable & Sendable>: Sendable {
  let input: Int
  let output: Int
  /// First source sample of each output sample [output].
  let starts: [Int32]
  /// Number of source samples of each output sample [output].
  let counts: [Int32]
  /// Weights [output, span], each row from its start, unused places 0.
  let weights: [Weight]
  /// The largest number of source samples, and the length of a row of weights.
  let span: Int

  /// Gathers the axis that takes `input` samples to one output sample for each of `rows`, its weights from its start on.
  init(input: Int, starts: [Int32], rows: [[Weight]]) {
    let span = rows.map(\.count).max() ?? 0
    self.input = input
    output = rows.count
    self.starts = starts
    counts = rows.map { Int32($0.count) }
    self.span = span
    weights = rows.flatMap { $0 + Array(repeating: 0, count: span - $0.count) }
  }

  /// Calls `body` with starts, counts and weights, which are valid only during the call.
  func withTables<Result>(
    _ body: (UnsafePointer<Int32>?, UnsafePointer<Int32>?, UnsafePointer<Weight>?) -> Result
  ) -> Result {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe counts.withUnsafeBufferPointer { counts in
        unsafe weights.withUnsafeBufferPointer { weights in
          unsafe body(starts.baseAddress, counts.baseAddress, weights.baseAddress)
        }
      }
    }
  }
}

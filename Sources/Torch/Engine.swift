internal import CTorch
public import TensorFiles

/// Settings of the tensor engine, which hold for the whole process or for the calling thread.
public enum Engine {
  /// The version of libtorch.
  public static var version: String { unsafe String(cString: ctorch_version()) }

  /// The threads that one operation uses.
  public static var threadCount: Int { Int(ctorch_threads()) }

  /// Sets the threads that one operation uses.
  ///
  /// Results in bf16 depend on it, so a run that must repeat to the bit keeps it fixed.
  ///
  /// - Precondition: `count` is positive.
  public static func setThreadCount(_ count: Int) throws(TorchError) {
    precondition(count > 0, "at least one thread is needed")
    try unsafe checked("set threads") { error in unsafe ctorch_set_threads(Int32(clamping: count), error) }
  }

  /// Seeds the engine's own generator, which ``Tensor/dropout(_:)`` draws from.
  public static func seed(_ seed: UInt64) throws(TorchError) {
    try unsafe checked("seed") { error in unsafe ctorch_seed(seed, error) }
  }

  /// Chooses algorithms that repeat to the bit, for the whole process.
  public static func setDeterministic(_ value: Bool) throws(TorchError) {
    try unsafe checked("set deterministic") { error in unsafe ctorch_set_deterministic(value, error) }
  }
}

/// Runs `body` without recording operations for a gradient.
public func withoutGradient<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  let before = ctorch_gradient_enabled()
  ctorch_set_gradient_enabled(false)
  defer { ctorch_set_gradient_enabled(before) }
  return try body()
}

/// Runs `body` in mixed precision: matrix products in `dtype`, what is delicate in float32.
public func withAutocast<R>(_ dtype: DType, on device: Device = .cpu, _ body: () throws -> R) throws -> R {
  let code = try dtype.code("autocast")
  try unsafe checked("autocast") { error in unsafe ctorch_autocast_begin(device.code, code, error) }
  let result = Result { try body() }
  try unsafe checked("autocast") { error in unsafe ctorch_autocast_end(device.code, error) }
  return try result.get()
}

internal import Dispatch

/// Runs `body` on a thread of its own, from beginning to end, and returns what it returns.
///
/// For long work that blocks, or whose modes belong to a thread; tasks may move from thread to thread.
public func onDedicatedThread<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue(label: "armature.dedicated").async { continuation.resume(with: Swift.Result { try body() }) }
  }
}

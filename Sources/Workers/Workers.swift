internal import Synchronization

/// Runs `work` for each index below `count` on at most `workers` tasks, in rising order of starting.
///
/// When some throw, no further ones start, and the error of the lowest index is thrown, whatever the timing.
public func forEachIndex(
  below count: Int, workers: Int, _ work: @Sendable @escaping (Int) async throws -> Void
) async throws {
  let queue = IndexQueue(count: count)
  await withTaskGroup(of: Void.self) { group in
    for _ in 0..<min(workers, count) {
      group.addTask {
        while let index = queue.next() {
          do { try await work(index) } catch { queue.fail(index, error) }
        }
      }
    }
  }
  try queue.finish()
}

/// Indices to be worked on, and the first failure.
private final class IndexQueue: Sendable {
  private struct State {
    var next = 0
    var failure: (index: Int, error: any Error)?
  }

  private let count: Int
  private let state = Mutex(State())

  init(count: Int) { self.count = count }

  /// Returns the next index, or `nil` at the end or after a failure.
  func next() -> Int? {
    state.withLock { state in
      guard state.failure == nil, state.next < count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  func fail(_ index: Int, _ error: any Error) {
    state.withLock { state in
      if state.failure.map({ index < $0.index }) ?? true { state.failure = (index, error) }
    }
  }

  func finish() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
  }
}

/// Results that several tasks fill in by index.
public final class Slots<Value: Sendable>: Sendable {
  private let values: Mutex<[Value?]>

  /// `count` empty slots.
  public init(count: Int) { values = Mutex([Value?](repeating: nil, count: count)) }

  /// What was filled in at `index`.
  public subscript(index: Int) -> Value? {
    get { values.withLock { $0[index] } }
    set { values.withLock { $0[index] = newValue } }
  }

  /// What was filled in, in order.
  public var filled: [Value] { values.withLock { $0.compactMap(\.self) } }
}

internal import Dispatch
internal import Synchronization

/// Something that is prepared ahead.
public protocol PreparedBatch: Sendable {
  /// The memory it takes, in bytes.
  var byteCount: Int { get }
}

/// Where batches come from, one after another.
public protocol BatchSource: Sendable {
  associatedtype Batch: PreparedBatch

  /// The next batch; `nil` at the end.
  mutating func next() async throws -> Batch?
}

/// Prepares batches ahead on threads of their own, as many as fit a number of bytes, and hands them to one thread.
public final class BatchFeed<Source: BatchSource>: Sendable {
  private struct State {
    var ready: [Source.Batch] = []
    var byteCount = 0
    var isStopped = false
    var failure: (any Error)?
    /// The producer, where it waits for room.
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let filled = DispatchSemaphore(value: 0)
  private let byteLimit: Int
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// Begins to read ahead; at most `byteLimit` bytes, and at least one batch, are kept ready.
  ///
  /// Reads on until ``stop()`` is called.
  public init(_ source: Source, byteLimit: Int) {
    self.byteLimit = byteLimit
    task.withLock { $0 = Task.detached { [self] in await produce(source) } }
  }

  /// The next batch, and the seconds that it was waited for; `nil` at the end of the source.
  ///
  /// Blocks: it is for a thread that is not of Swift's pool.
  ///
  /// - Throws: what reading or preparing threw, once all batches before are handed out.
  public func next() throws -> (batch: Source.Batch, wait: Double)? {
    let start = ContinuousClock.now
    filled.wait()
    let wait = (ContinuousClock.now - start) / .seconds(1)
    let (batch, failure, waiting) = state.withLock { state in
      guard !state.ready.isEmpty else { return (Source.Batch?.none, state.failure, state.waiting) }
      let batch = state.ready.removeFirst()
      state.byteCount -= batch.byteCount
      let waiting = state.waiting
      state.waiting = nil
      return (batch, nil, waiting)
    }
    waiting?.resume()
    guard let batch else {
      filled.signal()  // The end stays the end.
      if let failure { throw failure }
      return nil
    }
    return (batch, wait)
  }

  /// Ends reading ahead.
  public func stop() {
    task.withLock { $0?.cancel() }
    let waiting = state.withLock { state in
      state.isStopped = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  private func produce(_ source: Source) async {
    var source = source
    do {
      while !Task.isCancelled, let batch = try await source.next() {
        await room(for: batch)
        state.withLock { state in
          state.ready.append(batch)
          state.byteCount += batch.byteCount
        }
        filled.signal()
      }
    } catch {
      state.withLock { $0.failure = error }
    }
    filled.signal()
  }

  /// Waits until `batch` fits.
  private func room(for batch: Source.Batch) async {
    while !Task.isCancelled {
      let fits = state.withLock { $0.ready.isEmpty || $0.byteCount + batch.byteCount <= byteLimit }
      if fits { return }
      await withCheckedContinuation { continuation in
        let isFree = state.withLock { state in
          if state.isStopped || state.ready.isEmpty || state.byteCount + batch.byteCount <= byteLimit { return true }
          state.waiting = continuation
          return false
        }
        if isFree { continuation.resume() }
      }
    }
  }
}

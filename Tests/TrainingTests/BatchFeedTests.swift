import Synchronization
import Testing

@testable import Training

@Suite struct BatchFeedTests {
  private struct Item: PreparedBatch {
    let number: Int
    var byteCount: Int { 10 }
  }

  private struct Failure: Error {}

  /// Numbers from 0; it fails, or ends, after `count` of them.
  private struct Numbers: BatchSource {
    let count: Int
    let fails: Bool
    let made: Made
    var next = 0

    init(_ count: Int, fails: Bool = false, _ made: Made = Made()) {
      (self.count, self.fails, self.made) = (count, fails, made)
    }

    mutating func next() async throws -> Item? {
      guard next < count else {
        if fails { throw Failure() }
        return nil
      }
      next += 1
      made.count.withLock { $0 = next }
      return Item(number: next - 1)
    }
  }

  private static func next(_ feed: BatchFeed<Numbers>) throws -> Int? { try feed.next()?.batch.number }

  private final class Made: Sendable { let count = Mutex(0) }

  @Test func `batches come in order, then the end, which stays the end`() async throws {
    try await onDedicatedThread { () throws -> Void in
      let feed = BatchFeed(Numbers(5), byteLimit: 1000)
      for number in 0..<5 { #expect(try Self.next(feed) == number) }
      #expect(try Self.next(feed) == nil)
      #expect(try Self.next(feed) == nil)
    }
  }

  @Test func `an error comes after the batches before it`() async throws {
    try await onDedicatedThread { () throws -> Void in
      let feed = BatchFeed(Numbers(3, fails: true), byteLimit: 1000)
      for number in 0..<3 { #expect(try Self.next(feed) == number) }
      #expect(throws: Failure.self) { _ = try Self.next(feed) }
      #expect(throws: Failure.self) { _ = try Self.next(feed) }
    }
  }

  @Test func `no more is prepared than the limit allows`() async throws {
    let made = Made()
    let feed = BatchFeed(Numbers(100, made), byteLimit: 30)
    // Three are ready, and one waits for room.
    for _ in 0..<200 where made.count.withLock({ $0 }) < 4 { try await Task.sleep(for: .milliseconds(5)) }
    try await Task.sleep(for: .milliseconds(50))
    #expect(made.count.withLock { $0 } == 4)
    let first = try await onDedicatedThread { try Self.next(feed) }
    #expect(first == 0)
    for _ in 0..<200 where made.count.withLock({ $0 }) < 5 { try await Task.sleep(for: .milliseconds(5)) }
    try await Task.sleep(for: .milliseconds(50))
    #expect(made.count.withLock { $0 } == 5)
    // Stopped, it makes no further ones.
    feed.stop()
    try await Task.sleep(for: .milliseconds(50))
    #expect(made.count.withLock { $0 } <= 6)
  }
}

import Synchronization
import Testing
import Workers

@Suite struct WorkersTests {
  private struct Fault: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 7]) func `every index is worked on once`(workers: Int) async throws {
    let slots = Slots<Int>(count: 100)
    try await forEachIndex(below: 100, workers: workers) { slots[$0] = (slots[$0] ?? 0) + 1 }
    #expect(slots.filled == [Int](repeating: 1, count: 100))
  }

  @Test(arguments: [1, 2, 7]) func `the failure of the lowest index is thrown, and no further ones start`(workers: Int)
    async
  {
    let started = Slots<Bool>(count: 100)
    await #expect(throws: Fault(index: 10)) {
      try await forEachIndex(below: 100, workers: workers) { index in
        started[index] = true
        if index >= 10 { throw Fault(index: index) }
      }
    }
    #expect(started.filled.count <= 10 + workers)
  }

  @Test func `nothing to do is done at once`() async throws {
    try await forEachIndex(below: 0, workers: 4) { _ in Issue.record("there is no index") }
  }
}

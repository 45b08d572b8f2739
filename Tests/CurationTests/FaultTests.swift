import ByteIO
import Curation
import EpisodeStore
import TestSupport
import Testing

/// Faults that are put in on purpose, and the checks that are there to find them.
@Suite struct FaultTests {
  @Test(arguments: Fault.allCases)
  func `each fault is found by its check and located`(_ fault: Fault) async throws {
    let store = try SyntheticStore()
    let directory = try TemporaryDirectory()
    let out = directory("faulty")
    let injected = try FaultInjection(store.path, faults: [fault], seed: 3).write(to: out)
    let one = try #require(injected.first)
    #expect(injected.count == 1)
    _ = try StoreVerifier(out).verify()
    let report = try await StoreCheck(out, CheckSelection([fault.check])).run()
    let finding = try #require(
      report.findings.first { $0.episode == one.episode }, "\(one), \(report.outcomes.map(\.scores))")
    if let steps = one.steps {
      #expect(try #require(finding.steps).overlaps(steps), "\(one), \(finding)")
    }
    #expect(report.findings.filter { $0.episode != one.episode && $0.checkClass != .info } == [])
  }

  @Test(arguments: [Fault.deadDimension, .inertGripper, .flippedAction])
  func `two episodes with the same fault are both found`(_ fault: Fault) async throws {
    let store = try SyntheticStore()
    let directory = try TemporaryDirectory()
    let out = directory("faulty")
    for seed in UInt64(0)..<4 {
      let injected = try FaultInjection(store.path, faults: [fault], amount: .episodes(2), seed: seed).write(to: out)
      let report = try await StoreCheck(out, CheckSelection([fault.check])).run()
      let found = Set(report.findings.compactMap(\.episode))
      // In different dimensions or tasks each is alone; in one, they are two of many.
      #expect(Set(injected.map(\.episode)).isSubset(of: found), "\(seed): \(injected), \(found)")
      try Directory.remove(out)
    }
  }

  @Test func `the same seed gives the same bytes, and another one another store`() throws {
    let store = try SyntheticStore()
    let directory = try TemporaryDirectory()
    let faults: [Fault] = [.nanAction, .nearDuplicate, .blurredCamera, .shuffledTime]
    var digests: [String] = []
    for (number, seed) in [UInt64(1), 1, 2].enumerated() {
      _ = try FaultInjection(store.path, faults: faults, amount: .episodes(2), seed: seed)
        .write(to: directory("\(number)"))
      digests.append(try SHA256Digest.hexadecimal(ofFile: directory("\(number)/store.json")))
    }
    #expect(digests[0] == digests[1] && digests[0] != digests[2])
  }

  @Test func `more faults than fitting episodes are refused, and nothing stays behind`() throws {
    let store = try SyntheticStore(images: false)
    let directory = try TemporaryDirectory()
    for faults in [[Fault.nanAction], [.blackCamera]] {
      let error = #expect(throws: CurationError.self) {
        try FaultInjection(store.path, faults: faults, amount: .episodes(25)).write(to: directory("out"))
      }
      #expect(error?.kind == .usage && error?.description.contains("25 episodes are wanted") == true)
      #expect(Directory.entry(directory("out")) == .missing)
    }
  }
}

import ByteIO
import MixtureSupport
import SampleShards
import TestSupport
import Testing

@testable import Training

@Suite struct HeldOutTests {
  @Test func `an episode stays on its side whatever else there is, and about the share is held out`() {
    let rule = HeldOut(share: 0.25)
    let names = (0..<4000).map { "dataset episode \($0)" }
    let heldOut = names.filter(rule.holdsOut)
    #expect((900...1100).contains(heldOut.count))
    // A larger share holds out the same ones, and more.
    #expect(Set(heldOut).isSubset(of: names.filter(HeldOut(share: 0.5).holdsOut)))
    #expect(names.filter(HeldOut(share: 0).holdsOut).isEmpty)
    #expect(names.filter(HeldOut(share: 1).holdsOut).count == names.count)
  }
}

extension HeldOutTests {
  private func samples(_ folder: TemporaryDirectory) throws -> SampleSet {
    try TinyMixture().write(to: folder("mixture"))
  }

  @Test func `the sides have no episode in common, keep the mixture's order, and lose nothing`() throws {
    let folder = try TemporaryDirectory()
    let samples = try samples(folder)
    let sides = try HeldOut(share: 0.4).split(samples)
    func positions(_ side: SelectedSamples) -> [Int] { (0..<side.count).map { side.mixturePosition(of: $0) } }
    let (training, heldOut) = (positions(sides.training), positions(sides.heldOut))
    #expect(training == training.sorted() && heldOut == heldOut.sorted())
    #expect(Set(training).union(heldOut) == Set(0..<samples.count))
    #expect(training.count + heldOut.count == samples.count)
    func episodes(_ positions: [Int]) throws -> Set<[UInt64]> {
      Set(
        try positions.map { position in
          let origin = try samples.origin(at: position)
          return [UInt64(origin.datasetIndex), origin.episodeOrdinal]
        })
    }
    #expect(try episodes(training).isDisjoint(with: episodes(heldOut)))
    #expect(try sides.heldOut.samples(at: [0])[0].action == samples.samples(at: [heldOut[0]])[0].action)
  }

  @Test func `episodes of one group go to one side`() throws {
    let folder = try TemporaryDirectory()
    let samples = try samples(folder)
    let ordinals = try (0..<samples.count).map { Int(try samples.origin(at: $0).episodeOrdinal) }
    let groups = Dictionary(ordinals.map { ($0, "g\($0 % 3)") }) { first, _ in first }
    func name(_ position: Int) throws -> String {
      let origin = try samples.origin(at: position)
      let dataset = samples.index.entries[Int(origin.datasetIndex)].dataset
      return "\(dataset) group \(try #require(groups[Int(origin.episodeOrdinal)]))"
    }
    let names = try (0..<samples.count).map(name)
    // The first share that leaves both sides something.
    let rule = try #require(
      [0.2, 0.35, 0.5, 0.65, 0.8].map { HeldOut(share: $0) }.first { rule in
        let heldOut = names.count(where: rule.holdsOut)
        return heldOut > 0 && heldOut < names.count
      })
    let sides = try rule.split(samples, groups: [groups, groups])
    let heldOut = (0..<sides.heldOut.count).map { sides.heldOut.mixturePosition(of: $0) }
    #expect(heldOut == names.indices.filter { rule.holdsOut(names[$0]) })
  }

  @Test func `a share that leaves a side empty is refused`() throws {
    let folder = try TemporaryDirectory()
    let samples = try samples(folder)
    #expect(throws: TrainingError.self) { try HeldOut(share: 0).split(samples) }
    #expect(throws: TrainingError.self) { try HeldOut(share: 1).split(samples) }
  }
}

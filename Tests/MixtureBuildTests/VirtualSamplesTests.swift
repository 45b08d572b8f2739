import ByteIO
import Foundation
import ImageCodec
import SampleShards
import TestSupport
import Testing

@testable import MixtureBuild

/// What is drawn from the stores of a plan is what its built shards hold.
@Suite struct VirtualSamplesTests {
  private static let lines =
    "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\nseed: 3\nsamples: 61\nshard_size: 2kB\n"

  /// Two stores of different widths; the second one's instructions differ.
  private func workshop() throws -> Workshop {
    var beta = TinyStore("beta", lengths: [3, 8], proprio: 3, seed: 5)
    beta.splits[0].episodes[0].instruction = nil
    return try Workshop(TinyStore("alpha", lengths: [5, 4, 6]), beta)
  }

  private func virtual(
    _ workshop: Workshop, _ check: MixtureBuilder.StoreCheck = .sizes
  ) async throws -> VirtualSamples {
    try await VirtualSamples(workshop("virtual"), lookup: { _ in nil }, check: check)
  }

  /// All that a reader gives from a place on.
  private func batches(
    _ samples: any SampleProvider, from place: SampleReader.Place = .init(),
    _ change: (inout SampleReader.Options) -> Void = { _ in }
  ) async throws -> [SampleBatch] {
    var options = SampleReader.Options()
    (options.batchSize, options.size, options.workers) = (7, ImageSize(height: 6, width: 5), 2)
    change(&options)
    var reader = try SampleReader(samples, options, from: place)
    var found: [SampleBatch] = []
    while let batch = try await reader.next() { found.append(batch) }
    return found
  }

  private func expectEqual(_ a: [SampleBatch], _ b: [SampleBatch], _ comment: Comment = "") {
    #expect(a.count == b.count, comment)
    for (a, b) in zip(a, b) {
      #expect(a.positions == b.positions && a.epochs == b.epochs, comment)
      #expect(bits(a.action) == bits(b.action) && bits(a.proprio) == bits(b.proprio), comment)
      #expect(a.actionBins == b.actionBins && a.actionValid == b.actionValid, comment)
      #expect(a.observationValid == b.observationValid && a.goalStep == b.goalStep, comment)
      #expect(a.instructions == b.instructions, comment)
      #expect(a.datasetIndex == b.datasetIndex && a.episodeOrdinal == b.episodeOrdinal, comment)
      #expect(a.stepIndex == b.stepIndex && a.pixels == b.pixels, comment)
      #expect(a.height == b.height && a.width == b.width, comment)
    }
  }

  @Test(arguments: [
    "", "chunk: 3\nwindow: 2\ngoal: uniform", "image: {form: jpeg, size: [8, 8]}\ngoal: last",
    "image: {form: raw, size: [4, 4]}\nchunk: 2", "image: {form: raw, size: [4, 4]}\ncompression: zstd:3",
    "views: [primary, wrist]\nwindow: 3\ngoal: uniform",
  ])
  func `every sample is that of the built mixture`(form: String) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(Self.lines + form)
    try await workshop.build(plan, "built")
    try await workshop.build(plan, "virtual") { $0.content = .plan }
    let (built, virtual) = (try SampleSet(workshop("built")), try await virtual(workshop))
    #expect(built.index.shards.count > 1)
    #expect(virtual.count == built.count)
    for position in 0..<built.count {
      let (a, b) = (try built.samples(at: [position])[0], try virtual.samples(at: [position])[0])
      #expect(a.frames == b.frames, "position \(position)")
      #expect(try virtual.frames(at: position) == b.frames)
    }
    let both: [any SampleProvider] = [built, virtual]
    var all: [[SampleBatch]] = []
    for samples in both { all.append(try await batches(samples) { $0.epochs = 2 }) }
    #expect(all[0].reduce(0) { $0 + $1.positions.count } == 122)
    expectEqual(all[0], all[1])
  }

  @Test(arguments: [1, 2, 3]) func `ranks and places give the same too`(world: Int) async throws {
    let workshop = try workshop()
    let plan = try workshop.plan(Self.lines + "chunk: 2\ngoal: uniform")
    try await workshop.build(plan, "built")
    try await workshop.build(plan, "virtual") { $0.content = .plan }
    let (built, virtual) = (try SampleSet(workshop("built")), try await virtual(workshop))
    var generator = SeededGenerator(11)
    for rank in 0..<world {
      for _ in 0..<4 {
        let place = SampleReader.Place(
          epoch: Int.random(in: 0..<3, using: &generator), position: Int.random(in: 0...61, using: &generator))
        let change = { (options: inout SampleReader.Options) in
          (options.rank, options.world, options.epochs) = (rank, world, 3)
          (options.batchSize, options.augmentation) = (5, .openVLA)
        }
        expectEqual(
          try await batches(built, from: place, change), try await batches(virtual, from: place, change),
          "rank \(rank) of \(world) from \(place)")
      }
    }
  }

  @Test func `a store that is missing, cut or another one is named in one line`() async throws {
    let workshop = try workshop()
    try await workshop.build(workshop.plan(Self.lines), "virtual") { $0.content = .plan }
    let shard = workshop("beta/episodes-00000-of-00001.safetensors")
    func message(_ check: MixtureBuilder.StoreCheck = .sizes) async -> String {
      do {
        _ = try await virtual(workshop, check)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(await message(.digests) == "no error")
    let bytes = try readBytes(shard)
    var changed = bytes
    changed[changed.count - 1] ^= 1
    try Data(changed).write(to: URL(filePath: shard))
    #expect(await message() == "no error")  // Sizes do not tell.
    let altered = await message(.digests)
    #expect(altered.hasPrefix("\(shard): it was altered: its SHA-256 is "), "\(altered)")
    try Data(bytes.dropLast()).write(to: URL(filePath: shard))
    let cut = await message()
    #expect(cut.hasPrefix("\(shard): it has \(bytes.count - 1) bytes"), "\(cut)")
    try Directory.remove(workshop("beta"))
    let missing = await message()
    #expect(missing.contains(workshop("beta")), "\(missing)")
    try TinyStore("beta", lengths: [3, 8], proprio: 3, seed: 6).write(to: workshop.directory.path)
    let other = await message()
    #expect(other.hasPrefix("\(workshop("beta")): it changed since \(workshop("virtual")) was planned"), "\(other)")
    for text in [altered, cut, missing, other] { #expect(!text.contains("\n")) }
  }
}

import ByteIO
import EpisodeStore
import ImageCodec
import SampleShards
import Sampling
import TensorFiles
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct LayoutTests {
  private let both = "entries: [{dataset: alpha, split: all}, {dataset: beta, split: all}]\n"

  /// A frame of every sample of `out` with where it comes from.
  private func frames(_ workshop: Workshop, _ picture: String, window: Int = 0) throws -> [(BuiltSample, [UInt8])] {
    let samples = try SampleSet(workshop("out"))
    let built = try BuiltSample.all(workshop("out"))
    return try built.enumerated().map { position, sample in
      let (shard, place) = samples.place(of: position)
      return (sample, try samples.shard(shard).frame(picture, sample: place, window: window).array)
    }
  }

  @Test func `narrower states end in zeros`() async throws {
    let workshop = try Workshop(
      TinyStore("alpha", lengths: [3], proprio: 2), TinyStore("beta", lengths: [2], proprio: 4),
      TinyStore("gamma", lengths: [2], proprio: 0))
    let plan = try workshop.plan(
      "entries: [{dataset: alpha}, {dataset: beta}, {dataset: gamma}]\nnormalization: none\nwindow: 2")
    #expect(plan.layout.proprioDimension == 4)
    #expect(plan.entries.map(\.record.proprioDimension) == [2, 4, 0])
    try await workshop.build(plan)
    let stores = [
      TinyStore("alpha", lengths: [3], proprio: 2), TinyStore("beta", lengths: [2], proprio: 4),
      TinyStore("gamma", lengths: [2], proprio: 0),
    ]
    let samples = try BuiltSample.all(workshop("out"))
    #expect(samples.count == 7)
    for sample in samples {
      let rows = stores[sample.dataset].episodes[0].proprio
      let expected = [max(0, sample.step - 1), sample.step].flatMap { step in
        rows[step] + [Float](repeating: 0, count: 4 - rows[step].count)
      }
      #expect(bits(sample.proprio) == bits(expected))
      #expect(sample.observationValid == [sample.step == 0 ? 0 : 1, 1])
    }
  }

  @Test func `a mixture without states has none`() async throws {
    let workshop = try Workshop(TinyStore(lengths: [3], proprio: 0))
    let samples = try await workshop.samples("entries: [{dataset: alpha}]")
    #expect(samples.allSatisfy { $0.proprio.isEmpty })
    #expect(samples.count == 3)
  }

  @Test func `missing views are empty, or black, and a warning says so`() async throws {
    var alpha = TinyStore("alpha", lengths: [3])
    alpha.views = [("primary", .png), ("wrist", .png)]
    let workshop = try Workshop(alpha, TinyStore("beta", lengths: [2]))
    let plan = try workshop.plan(both + "views: [wrist, primary]")
    #expect(plan.warnings == ["`beta` has no view wrist; its samples are black there"])
    #expect(plan.entries.map(\.record.views) == [["wrist", "primary"], ["primary"]])
    try await workshop.build(plan)
    for (sample, frame) in try frames(workshop, "image.wrist") {
      let own = try TinyStore.bytes("wrist", .png, ordinal: sample.ordinal, step: sample.step)
      #expect(frame == (sample.dataset == 0 ? own : []))
    }
    for form in ["{form: raw, size: [6, 5]}", "{form: jpeg}", "{form: raw, size: [6, 5]}\ncompression: zstd:3"] {
      try Directory.remove(workshop("out"))
      try await workshop.build(workshop.plan(both + "views: [wrist, primary]\nimage: " + form))
      for (sample, frame) in try frames(workshop, "image.wrist") where sample.dataset == 1 {
        let pixels = form.hasSuffix("zstd:3") ? try Zstd.unpack(Bytes(frame), byteCount: 90) : frame
        #expect(pixels == (form == "{form: jpeg}" ? [] : [UInt8](repeating: 0, count: 90)))
      }
    }
  }

  @Test func `pixels stay pixels, and missing ones are black`() async throws {
    var alpha = TinyStore("alpha", lengths: [3])
    alpha.views = [("primary", .pixels), ("wrist", .pixels)]
    var beta = TinyStore("beta", lengths: [2])
    beta.views = [("primary", .pixels)]
    let workshop = try Workshop(alpha, beta)
    let plan = try workshop.plan(both + "views: [primary, wrist]")
    #expect(plan.layout.form == .pixels(height: 6, width: 5))
    try await workshop.build(plan)
    for view in ["primary", "wrist"] {
      for (sample, frame) in try frames(workshop, "image." + view) {
        let own = try TinyStore.frame(view, ordinal: sample.ordinal, step: sample.step).samples
        #expect(frame == (sample.dataset == 1 && view == "wrist" ? [UInt8](repeating: 0, count: 90) : own))
      }
    }
  }

  @Test func `actions of different widths are refused`() throws {
    let workshop = try Workshop(TinyStore("alpha", lengths: [2]), TinyStore("beta", lengths: [2], actions: 4))
    let error = #expect(throws: MixtureError.self) { try workshop.plan(both) }
    #expect(
      error?.description
        == "\(workshop("m.yaml")): the actions of `alpha` have 3 dimensions, those of `beta` 4; a mixture needs them equal"
    )
  }

  @Test func `encoded and raw stores do not mix unless a form is given`() throws {
    var beta = TinyStore("beta", lengths: [2])
    beta.views = [("primary", .pixels)]
    let workshop = try Workshop(TinyStore("alpha", lengths: [2]), beta)
    let error = #expect(throws: MixtureError.self) { try workshop.plan(both) }
    #expect(error?.description.contains("`alpha` and `beta` keep their frames in different forms") == true)
    #expect(try workshop.plan(both + "image: png").layout.form == .encoded)
  }

  @Test(arguments: [
    "{form: jpeg, size: [4, 8]}", "{form: jpeg, quality: 60}", "{form: png, size: [4, 8]}", "png",
    "{form: raw, size: [4, 8]}", "{form: raw, size: [6, 5]}", "{form: raw, size: [4, 8]}\ncompression: zstd:5",
  ])
  func `images in a form are the codec's own, resized by Lanczos3`(form: String) async throws {
    var beta = TinyStore("beta", lengths: [2])
    beta.views = [("primary", .pixels)]
    let workshop = try Workshop(TinyStore("alpha", lengths: [3]), beta)
    try await workshop.build(workshop.plan(both + "image: " + form))
    let size =
      form.contains("[4, 8]") ? ImageCodec.ImageSize(height: 4, width: 8) : ImageCodec.ImageSize(height: 6, width: 5)
    let plan = try ResizePlan(.lanczos3, from: ImageCodec.ImageSize(height: 6, width: 5), to: size)
    let found = try frames(workshop, "image.primary")
    #expect(found.count == 5)
    for (sample, frame) in found {
      let picture = try TinyStore.frame("primary", ordinal: sample.ordinal, step: sample.step)
      let wanted = size.height == 6 ? picture : try plan.resize(picture)
      if form.contains("jpeg") {
        #expect(frame == (try ImageEncoder.jpeg(wanted, quality: form.contains("60") ? 60 : 95)))
      } else if form.contains("png") {
        let decoded = try Bytes(frame).withSpan { span throws(ImageError) in
          try ImageDecoder(channels: .rgb).decode8(span)
        }
        #expect(decoded.samples == wanted.samples)
        #expect(decoded.shape == wanted.shape)
      } else if form.contains("zstd") {
        #expect(try Zstd.unpack(Bytes(frame), byteCount: 96) == wanted.samples)
      } else {
        #expect(frame == wanted.samples)
      }
    }
  }

  @Test func `a frame that cannot be decoded is named`() async throws {
    let workshop = try Workshop(TinyStore(lengths: [2, 2]))
    // Where the PNG of one step begins, in a shard whose digest is made to fit again.
    let shard = workshop("alpha/episodes-00000-of-00001.safetensors")
    var bytes = try readBytes(shard)
    let image = try TinyStore.bytes("primary", .png, ordinal: 1, step: 1)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: image) })
    for offset in 0..<20 { bytes[start + offset] = 0 }
    try AtomicFile.write(bytes, to: shard)
    try TinyStore.changeIndex(workshop("alpha")) { $0.shards[0].sha256 = SHA256Digest.hexadecimal(of: bytes) }
    let plan = try workshop.plan("entries: [{dataset: alpha, split: all}]\nimage: png")
    let error = await #expect(throws: MixtureError.self) { try await workshop.build(plan) }
    #expect(error?.description.contains("\(shard): episode 1, step 1, view `primary`: ") == true)
    // Frames that are kept are copied without a look.
    try await workshop.build(workshop.plan("entries: [{dataset: alpha, split: all}]"), "kept")
  }

  // MARK: - Goals

  @Test(arguments: ["none", "last", "uniform"], [1, 2])
  func `goals end the actions and have frames of their own`(goal: String, window: Int) async throws {
    let store = TinyStore(lengths: [5, 1, 7])
    let workshop = try Workshop(store)
    let plan = try workshop.plan(
      """
      entries: [{dataset: alpha, split: all}]
      samples: 60
      chunk: 4
      window: \(window)
      goal: \(goal)
      normalization: none
      """)
    try await workshop.build(plan)
    let samples = try BuiltSample.all(workshop("out"))
    var later = 0
    for (position, sample) in samples.enumerated() {
      let rows = store.episodes[sample.ordinal].action
      let last = rows.count - 1
      if goal == "none" { #expect(sample.goal == nil) } else { #expect(sample.goal != nil) }
      let end = sample.goal ?? last
      if goal == "last" { #expect(end == last) }
      #expect(end == last || (sample.step + 1...last).contains(end))
      later += end < last ? 1 : 0
      if goal == "uniform" {
        let rule = plan.manifest.form.goal
        #expect(end == rule.goal(step: sample.step, stepCount: rows.count, seed: 0, position: position))
      }
      // Relative columns are 0 past the goal, the absolute last one repeats the goal's.
      var expected: [Float] = []
      for slot in 0..<window + 3 {
        let raw = sample.step + slot - window + 1
        let row = rows[min(max(raw, 0), end)]
        expected += raw > end ? [0, 0, row[2]] : row
        #expect(sample.valid[slot] == (raw >= 0 && raw <= end ? 1 : 0))
      }
      #expect(bits(sample.action) == bits(expected))
    }
    if goal == "uniform" { #expect(later > 0) }
    guard goal != "none" else {
      #expect(throws: (any Error).self) { try SampleSet(workshop("out")).shard(0).file.bytes("goal.primary.bytes") }
      return
    }
    for (sample, frame) in try frames(workshop, "goal.primary") {
      #expect(frame == (try TinyStore.bytes("primary", .png, ordinal: sample.ordinal, step: sample.goal ?? -1)))
    }
    for slot in 0..<window {
      for (sample, frame) in try frames(workshop, "image.primary", window: slot) {
        let step = max(0, sample.step + slot - window + 1)
        #expect(frame == (try TinyStore.bytes("primary", .png, ordinal: sample.ordinal, step: step)))
      }
    }
  }

  @Test func `instructions are those of the step, or none`() async throws {
    var store = TinyStore(lengths: [2, 2, 2])
    store.splits[0].episodes[2].instruction = nil
    let workshop = try Workshop(store)
    for sample in try await workshop.samples("entries: [{dataset: alpha, split: all}]\nskip_unlabeled: false") {
      #expect(sample.instruction == (sample.ordinal == 2 ? nil : "task \(sample.ordinal)"))
    }
  }
}

import Sampling
import TestSupport
import Testing

@Suite struct OrderTests {
  typealias Entry = SampleOrder.Entry
  typealias Sample = SampleOrder.Sample

  private static let entries = [
    Entry(frameCount: 7, quota: 30), Entry(frameCount: 100, quota: 13), Entry(frameCount: 5, quota: 0),
    Entry(frameCount: 0, quota: 0), Entry(frameCount: 9, quota: 27), Entry(frameCount: 1, quota: 3),
  ]

  @Test func `each frame appears as often as the quota says, rounded down or up`() throws {
    var random = SeededGenerator(11)
    var mixtures = [Self.entries]
    for _ in 0..<25 {
      mixtures.append(
        (0..<1 + random.next() % 6).map { _ in
          Entry(frameCount: Int(random.next() % 60) + 1, quota: Int(random.next() % 150))
        })
    }
    for (seed, entries) in mixtures.enumerated() {
      let order = try SampleOrder(entries: entries, seed: UInt64(seed))
      #expect(order.count == entries.reduce(0) { $0 + $1.quota })
      var seen: Set<Sample> = []
      var counts = entries.map { [Int](repeating: 0, count: $0.frameCount) }
      for position in 0..<order.count {
        let sample = try order.sample(at: position)
        counts[sample.entry][sample.frame] += 1
        #expect(seen.insert(sample).inserted)
        #expect(order.position(of: sample) == position)
      }
      for (index, entry) in entries.enumerated() where entry.frameCount > 0 {
        let low = entry.quota / entry.frameCount
        #expect(counts[index].reduce(0, +) == entry.quota)
        for (frame, count) in counts[index].enumerated() {
          #expect(count == low || count == low + 1)
          #expect(order.repeats(entry: index, frame: frame) == count)
        }
        // Repetitions are filled one after the other.
        for repetition in 0..<low {
          for frame in 0..<entry.frameCount {
            #expect(seen.contains(Sample(entry: index, repetition: repetition, frame: frame)))
          }
        }
      }
    }
  }

  @Test func `samples that the mixture does not hold have no position`() throws {
    let order = try SampleOrder(entries: Self.entries, seed: 1)
    for (entry, repetition, frame) in [
      (-1, 0, 0), (6, 0, 0), (2, 0, 0), (3, 0, 0), (0, -1, 0), (0, 5, 0), (0, 0, 7), (0, 0, -1), (4, 3, 0),
      (0, Int.max, 0), (0, 0, Int.max),
    ] {
      #expect(order.position(of: Sample(entry: entry, repetition: repetition, frame: frame)) == nil)
    }
    #expect(order.repeats(entry: 9, frame: 0) == 0)
    #expect(order.repeats(entry: 0, frame: 7) == 0)
    #expect(order.repeats(entry: 3, frame: 0) == 0)
    for position in [-1, order.count, Int.max, Int.min] {
      let error = #expect(throws: SamplingError.self) { try order.sample(at: position) }
      #expect(
        error?.description
          == "position \(position): there are 73 samples; give a position from 0 to below that")
    }
    #expect(throws: SamplingError.self) { try SampleOrder(entries: [], seed: 0).sample(at: 0) }
  }

  @Test func `the mixture of 970k trajectories is addressed without a table`() throws {
    // The transitions of the three largest sets and one of the smallest, in two epochs of theirs.
    let entries = [
      Entry(frameCount: 27_044_326, quota: 3_245_319), Entry(frameCount: 7_045_476, quota: 1_409_095),
      Entry(frameCount: 3_786_400, quota: 4_095_909), Entry(frameCount: 3970, quota: 15_880),
    ]
    let order = try SampleOrder(entries: entries, seed: 42)
    for position in stride(from: 0, to: order.count, by: 9973) {
      #expect(order.position(of: try order.sample(at: position)) == position)
    }
  }

  @Test func `the order of a seed is pinned`() throws {
    let order = try SampleOrder(
      entries: [Entry(frameCount: 7, quota: 30), Entry(frameCount: 100, quota: 13)], seed: 2024)
    let first = try (0..<12).map { position in
      let sample = try order.sample(at: position)
      return [sample.entry, sample.repetition, sample.frame]
    }
    #expect(first == Pinned.samples)
    let large = try SampleOrder(entries: [Entry(frameCount: 1_000_000, quota: 2_500_000)], seed: 0)
    let samples = try (0..<4).map { try large.sample(at: $0 * 800_000) }
    #expect(samples.map { [$0.repetition, $0.frame] } == Pinned.largeSamples)
  }

  /// Runs of one entry, as in the test of Wald and Wolfowitz.
  @Test(arguments: [(60, 40), (700, 300), (3000, 200)])
  func `entries alternate as in a uniform shuffle over 100 seeds`(first: Int, second: Int) throws {
    let total = first + second
    var sum = 0.0
    var leading = [Int](repeating: 0, count: 2)
    let product = 2 * Double(first) * Double(second)
    let n = Double(total)
    let mean = product / n + 1
    let variance = product * (product - n) / (n * n * (n - 1))
    for seed in 0..<UInt64(100) {
      let order = try SampleOrder(
        entries: [Entry(frameCount: 50, quota: first), Entry(frameCount: 500, quota: second)], seed: seed)
      var runs = 1
      var previous = try order.sample(at: 0).entry
      leading[previous] += 1
      for position in 1..<total {
        let entry = try order.sample(at: position).entry
        if entry != previous { runs += 1 }
        previous = entry
      }
      sum += (Double(runs) - mean) * (Double(runs) - mean) / variance
    }
    #expect(ChiSquare.hundred.holds(sum), "\(sum)")
    // The first entry leads as often as its share: χ² of one degree of freedom, 10.828 at one in a thousand.
    let expected = 100 * Double(first) / n
    let excess = Double(leading[0]) - expected
    #expect(excess * excess / expected + excess * excess / (100 - expected) < 10.828)
  }

  @Test func `the frames of a partial repetition are chosen alike over 100 seeds`() throws {
    var bins = [Int](repeating: 0, count: 10)
    for seed in 0..<UInt64(100) {
      let order = try SampleOrder(entries: [Entry(frameCount: 100, quota: 105)], seed: seed)
      for frame in 0..<100 where order.repeats(entry: 0, frame: frame) == 2 { bins[frame / 10] += 1 }
    }
    #expect(bins.reduce(0, +) == 500)
    #expect(ChiSquare.nine.holds(ChiSquare.statistic(bins)), "\(bins)")
  }

  @Test func `quotas without frames and numbers out of range are refused`() {
    for entries in [
      [Entry(frameCount: 0, quota: 1)], [Entry(frameCount: -1, quota: 0)], [Entry(frameCount: 1, quota: -1)],
      [Entry(frameCount: Int.max, quota: 1)], [Entry(frameCount: 1, quota: Int.max)],
      [Entry](repeating: Entry(frameCount: 1, quota: 1 << 39), count: 3),
      [Entry](repeating: Entry(frameCount: 1, quota: 1), count: 65_537),
    ] {
      #expect(throws: SamplingError.self) { try SampleOrder(entries: entries, seed: 0) }
    }
  }
}

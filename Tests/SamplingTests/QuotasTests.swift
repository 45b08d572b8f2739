import Sampling
import TestSupport
import Testing

@Suite struct QuotasTests {
  @Test func `quotas go by largest remainder, by hand`() throws {
    // 10 of 1 : 2 : 4 = 1.43, 2.86, 5.71: floors 1, 2, 5; two are missing, for the remainders .86 and .71.
    #expect(try Quotas(sampleCount: 10, weights: [1, 2, 4]).counts == [1, 3, 6])
    // Equal remainders go to the earlier entries.
    #expect(try Quotas(sampleCount: 5, weights: [1, 1, 1]).counts == [2, 2, 1])
    #expect(try Quotas(sampleCount: 2, weights: [0.1, 0.1, 0.1]).counts == [1, 1, 0])
    #expect(try Quotas(sampleCount: 0, weights: [1, 2]).counts == [0, 0])
    #expect(try Quotas(sampleCount: 7, weights: [0, 3, 0]).counts == [0, 7, 0])
  }

  @Test func `float64 weights are taken for what they are`() throws {
    // 0.1 is a little more than 1/10 and 0.3 a little less than 3/10, so that 2 of 0.1 : 0.3 = 0.5…1, 1.4…9.
    #expect(try Quotas(sampleCount: 2, weights: [0.1, 0.3]).counts == [1, 1])
    #expect(try Quotas(sampleCount: 2, weights: [0.25, 0.75]).counts == [1, 1])
    // 1 + 2^-52 beats 1 for the odd sample.
    #expect(try Quotas(sampleCount: 3, weights: [1, 1 + .ulpOfOne]).counts == [1, 2])
  }

  @Test func `weights of all magnitudes are exact`() throws {
    let total = Quotas.maximumSampleCount
    let tiny = Double.leastNonzeroMagnitude
    #expect(try Quotas(sampleCount: total, weights: [.greatestFiniteMagnitude, tiny]).counts == [total, 0])
    #expect(try Quotas(sampleCount: total, weights: [tiny, tiny]).counts == [total / 2, total / 2])
    // 2^40 in thirds: 366503875925 + 1/3 each, the odd one to the first.
    #expect(
      try Quotas(sampleCount: total, weights: [1e-300, 1e-300, 1e-300]).counts
        == [366_503_875_926, 366_503_875_925, 366_503_875_925])
    // 2^40 shared 1 : 2^39 − 1 … gives 2 and the rest.
    #expect(try Quotas(sampleCount: total, weights: [1, 0x1p39 - 1]).counts == [2, total - 2])
  }

  /// Random weights over many magnitudes, with zeros and equal ones among them.
  private func weights(_ count: Int, _ random: inout SeededGenerator) -> [Double] {
    (0..<count).map { _ in
      switch random.next() % 8 {
      case 0: return 0
      case 1: return 1
      case 2: return Double(random.next())
      case 3: return Double(sign: .plus, exponent: Int(random.next() % 80) - 60, significand: 1.25)
      default: return Double(random.next() >> 11) * 0x1p-53
      }
    } + [1]
  }

  @Test func `quotas add up, lie next to their ideal and grow with the weight`() throws {
    var random = SeededGenerator(4)
    for round in 0..<200 {
      let weights = weights(Int(random.next() % 40), &random)
      let samples = Int(random.next() >> (24 + random.next() % 40))
      let counts = try Quotas(sampleCount: samples, weights: weights).counts
      #expect(counts.reduce(0, +) == samples, "\(round)")
      let total = weights.reduce(0, +)
      for (count, weight) in zip(counts, weights) {
        let ideal = Double(samples) * weight / total
        // Within one of the ideal, but for the rounding of the ideal itself.
        #expect(abs(Double(count) - ideal) < 1 + ideal * 1e-12, "\(round)")
        if weight == 0 { #expect(count == 0) }
      }
      let order = weights.indices.sorted { weights[$0] == weights[$1] ? $0 > $1 : weights[$0] < weights[$1] }
      for (a, b) in zip(order, order.dropFirst()) { #expect(counts[a] <= counts[b], "\(round)") }
    }
  }

  @Test func `whole weights give what plain integer arithmetic gives`() throws {
    var random = SeededGenerator(8)
    for _ in 0..<100 {
      // Small weights, so that equal remainders are frequent.
      let weights = (0...random.next() % 30).map { _ in Int(random.next() % 12) } + [3]
      let samples = Int(random.next() % 2000)
      let total = weights.reduce(0, +)
      var expected = weights.map { samples * $0 / total }
      let order = weights.indices.sorted {
        (-(samples * weights[$0] % total), $0) < (-(samples * weights[$1] % total), $1)
      }
      for i in order.prefix(samples - expected.reduce(0, +)) { expected[i] += 1 }
      #expect(try Quotas(sampleCount: samples, weights: weights.map(Double.init)).counts == expected)
    }
  }

  @Test func `ten thousand entries share out 2^40 samples`() throws {
    var random = SeededGenerator(5)
    let weights = weights(9_999, &random)
    let counts = try Quotas(sampleCount: Quotas.maximumSampleCount, weights: weights).counts
    #expect(counts.count == 10_000)
    #expect(counts.reduce(0, +) == Quotas.maximumSampleCount)
  }

  @Test func `scaling all weights by a power of two changes nothing`() throws {
    var random = SeededGenerator(6)
    let weights = weights(30, &random)
    let counts = try Quotas(sampleCount: 999_983, weights: weights).counts
    #expect(try Quotas(sampleCount: 999_983, weights: weights.map { $0 * 0x1p-200 }).counts == counts)
  }

  @Test func `amounts that cannot be shared out are refused`() {
    for count in [-1, Quotas.maximumSampleCount + 1, Int.max] {
      let error = #expect(throws: SamplingError.self) { try Quotas(sampleCount: count, weights: [1]) }
      #expect(error?.description == "quotas: \(count) samples; give 0 to 2^40")
    }
  }
}

import Foundation
import Sampling
import TestSupport
import Testing

@Suite struct WeightsTests {
  private struct Reference: Decodable {
    struct Mixture: Decodable {
      struct Entry: Decodable {
        let name: String
        let weight: Double

        init(from decoder: any Decoder) throws {
          var values = try decoder.unkeyedContainer()
          name = try values.decode(String.self)
          weight = try values.decode(Double.self)
        }
      }
      let spec: [Entry]
      let balance_weights: Bool
      let weights: [Double]
      let dataset_len: Int
      let sizes: [String: Int]
    }
    let mixtures: [Mixture]
    let allocate_threads: [Threads]
  }

  private struct Threads: Decodable {
    let n: Int
    let weights: [Double]
    let out: [Int]?
    let raises: String?
  }

  private func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
    try JSONDecoder().decode(type, from: Data(readBytes(Repository.fixture("sampling/" + name))))
  }

  @Test func `weights and dataset lengths equal the reference's bit for bit`() throws {
    let mixtures = try decode(Reference.self, "mixture.json").mixtures
    #expect(mixtures.count == 6)
    for mixture in mixtures {
      let kept = MixtureWeights.firstOccurrences(mixture.spec.map(\.name)).map { mixture.spec[$0] }
      let weights = kept.map(\.weight)
      let sizes = try kept.map { try #require(mixture.sizes[$0.name]) }
      let shares = try MixtureWeights(
        mixture.balance_weights ? .openvla : .absolute, weights: weights, sizes: sizes)
      #expect(shares.shares.map(\.bitPattern) == mixture.weights.map(\.bitPattern))
      #expect(try shares.datasetLength(primaries: MixtureWeights.primaries(weights)) == mixture.dataset_len)
    }
  }

  /// Transitions as published; lengths as the reference computed them from these.
  @Test(arguments: [
    ("oxe_magic_soup", 23, 11_169_831), ("oxe_magic_soup_plus", 27, 15_361_038),
    ("oxe_magic_soup_plus_minus", 25, 14_772_276),
  ])
  func `the epochs of the published mixtures have the reference's lengths`(
    mixture: String, entryCount: Int, length: Int
  ) throws {
    let text = try String(
      decoding: readBytes(Repository.fixture("sampling/oxe_transitions.tsv")), as: UTF8.self)
    let table = text.split(separator: "\n").map { $0.split(separator: "\t") }
    let column = try #require(table[0].firstIndex { $0 == mixture })
    let rows = table.dropFirst().filter { $0[column] != "-" }
    #expect(rows.count == entryCount)
    let weights = try rows.map { try #require(Double($0[column])) }
    let sizes = try rows.map { try #require(Int($0[1])) }
    let shares = try MixtureWeights(.openvla, weights: weights, sizes: sizes)
    #expect(try shares.datasetLength(primaries: MixtureWeights.primaries(weights)) == length)
    #expect(abs(shares.shares.reduce(0, +) - 1) < 1e-12)
    let quotas = try Quotas(sampleCount: length, weights: shares.shares)
    #expect(quotas.counts.reduce(0, +) == length)
    // Bridge has a weight of 1: its quota is its size, to within the rounding of the length.
    let bridge = try #require(rows.firstIndex { $0[0] == "bridge_orig" }) - rows.startIndex
    #expect(abs(quotas.counts[bridge] - sizes[bridge]) <= 1)
  }

  @Test func `threads are shared out as the reference does`() throws {
    let cases =
      try decode([Threads].self, "allocate_threads.json")
      + decode(Reference.self, "mixture.json").allocate_threads
    #expect(cases.count == 18)
    for threads in cases {
      if let expected = threads.out {
        #expect(try ThreadAllocation.allocate(threadCount: threads.n, weights: threads.weights) == expected)
      } else {
        #expect(throws: SamplingError.self) {
          try ThreadAllocation.allocate(threadCount: threads.n, weights: threads.weights)
        }
      }
    }
  }

  @Test func `each scheme does its arithmetic by hand`() throws {
    func shares(_ scheme: MixtureWeights.Scheme) throws -> [Double] {
      try MixtureWeights(scheme, weights: [1, 3, 0], sizes: [300, 100, 50]).shares
    }
    // openvla: 300, 300, 0 of 600. temperature 1: 300, 100 of 400. T = 2: √300 : √100 = 17.32 : 10.
    #expect(try shares(.openvla) == [0.5, 0.5, 0])
    #expect(try shares(.absolute) == [0.25, 0.75, 0])
    #expect(try shares(.uniform) == [0.5, 0.5, 0])
    #expect(try shares(.temperature(1)) == [0.75, 0.25, 0])
    #expect(abs(try shares(.temperature(2))[0] - 17.320508075688775 / 27.320508075688775) < 1e-13)
    #expect(try shares(.given([1, 1, 2])) == [0.25, 0.25, 0.5])
  }

  @Test func `a high temperature draws all sets alike and a low one the largest`() throws {
    let hot = try MixtureWeights(.temperature(1e9), weights: [1, 1], sizes: [1_000_000, 10])
    #expect(abs(hot.shares[0] - 0.5) < 1e-7)
    let cold = try MixtureWeights(.temperature(0.1), weights: [1, 1], sizes: [1_000_000, 10])
    #expect(cold.shares[0] == 1)
  }

  @Test func `powers are those of the system's library to twelve digits`() throws {
    var random = SeededGenerator(3)
    for _ in 0..<500 {
      let sizes = (0..<2).map { _ in 1 + Int(random.next() >> (30 + random.next() % 30)) }
      let temperature = 0.3 + Double(random.next() % 1000) / 100
      let shares = try MixtureWeights(.temperature(temperature), weights: [1, 1], sizes: sizes).shares
      let ratio = pow(Double(sizes[0]) / Double(sizes[1]), 1 / temperature)
      #expect(abs(shares[0] / shares[1] / ratio - 1) < 1e-12, "\(sizes) \(temperature)")
    }
    // Far beyond float64's range when not taken relative to the largest.
    let frozen = try MixtureWeights(
      .temperature(1e-3), weights: [1, 1, 0], sizes: [1 << 40, 1 << 39, 1 << 40])
    // 2^-1000 of the first, to the digits that an exponent of 693 leaves.
    #expect(frozen.shares[0] == 1 && frozen.shares[2] == 0)
    #expect(abs(frozen.shares[1] * 0x1p1000 - 1) < 1e-12)
  }

  @Test func `the epoch is measured by the primaries and needs one`() throws {
    // p = 100·1, 300·2 of 700: N/p = 700 for the first, 350 for the second.
    let weights = try MixtureWeights(.openvla, weights: [1, 2], sizes: [100, 300])
    #expect(try weights.datasetLength(primaries: [0]) == 700)
    #expect(try weights.datasetLength(primaries: [1]) == 350)
    #expect(try weights.datasetLength(primaries: [0, 1]) == 700)
    let error = #expect(throws: SamplingError.self) { try weights.datasetLength(primaries: []) }
    #expect(
      error?.description
        == "epoch: no entry has a weight of exactly 1; name the entries that make an epoch under `epoch_of`")
    #expect(throws: SamplingError.self) { try weights.datasetLength(primaries: [2]) }
    let unseen = try MixtureWeights(.openvla, weights: [1, 1], sizes: [0, 300])
    #expect(throws: SamplingError.self) { try unseen.datasetLength(primaries: [0]) }
    let rare = try MixtureWeights(.given([1e-30, 1]), weights: [1, 1], sizes: [10, 10])
    #expect(throws: SamplingError.self) { try rare.datasetLength(primaries: [0]) }
  }

  @Test func `a sum of many numbers is added in numpy's order`() throws {
    // numpy 2.4: np.array([0.1] * n) / np.sum([0.1] * n) for n below, between and above its block sizes.
    for (count, bits) in Pinned.numpyShares {
      let weights = [Double](repeating: 0.1, count: count)
      let shares = try MixtureWeights(.absolute, weights: weights, sizes: [Int](repeating: 1, count: count))
      #expect(shares.shares[0].bitPattern == bits, "\(count)")
    }
  }

  @Test func `weights without meaning are refused`() {
    for weights in [[-1, 1], [.nan, 1], [.infinity], [0, 0], []] as [[Double]] {
      let sizes = [Int](repeating: 10, count: weights.count)
      #expect(throws: SamplingError.self) { try MixtureWeights(.openvla, weights: weights, sizes: sizes) }
      #expect(throws: SamplingError.self) { try Quotas(sampleCount: 10, weights: weights) }
      #expect(throws: SamplingError.self) { try ThreadAllocation.allocate(threadCount: 9, weights: weights) }
    }
    #expect(throws: SamplingError.self) { try MixtureWeights(.openvla, weights: [1], sizes: [0]) }
    #expect(throws: SamplingError.self) { try MixtureWeights(.openvla, weights: [1], sizes: [-4]) }
    #expect(throws: SamplingError.self) { try MixtureWeights(.openvla, weights: [1], sizes: [1, 2]) }
    #expect(throws: SamplingError.self) { try MixtureWeights(.temperature(0), weights: [1], sizes: [1]) }
    #expect(throws: SamplingError.self) { try MixtureWeights(.temperature(.nan), weights: [1], sizes: [1]) }
    #expect(throws: SamplingError.self) { try MixtureWeights(.given([1, 2]), weights: [1], sizes: [1]) }
    #expect(throws: SamplingError.self) {
      try MixtureWeights(
        .absolute, weights: [.greatestFiniteMagnitude, .greatestFiniteMagnitude], sizes: [1, 1])
    }
  }
}

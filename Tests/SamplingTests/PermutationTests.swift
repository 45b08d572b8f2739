import Sampling
import Testing

@Suite struct PermutationTests {
  private func permutation(_ count: Int, seed: UInt64 = 7, stream: UInt64 = 0) throws -> KeyedPermutation {
    try KeyedPermutation(count: count, seed: seed, stream: stream)
  }

  @Test func `every size from 1 to 5000 is permuted`() throws {
    var seen = [Int](repeating: 0, count: 5001)
    for count in 1...5000 {
      let permutation = try permutation(count, seed: UInt64(count) * 31, stream: 3)
      var distinct = 0
      var position = 0
      while position < count {
        let element = permutation[position]
        if element >= 0, element < count, seen[element] != count {
          seen[element] = count
          distinct += 1
        }
        position += 1
      }
      #expect(distinct == count)
    }
  }

  @Test func `every element is found where it stands`() throws {
    for count in Array(1...120) + [
      255, 256, 257, 1000, 1022, 1023, 1024, 1025, 1088, 2000, 4096, 4999, 65_537,
    ] {
      let permutation = try permutation(count)
      for position in stride(from: 0, to: count, by: max(1, count / 500)) {
        #expect(permutation.position(of: permutation[position]) == position)
        #expect(permutation[permutation.position(of: position)] == position)
      }
    }
  }

  @Test(arguments: [1 << 33, (1 << 33) - 1, 57_432_971, KeyedPermutation.maximumCount])
  func `large sizes are permuted both ways and without collisions`(count: Int) throws {
    let permutation = try permutation(count)
    var elements: Set<Int> = []
    for i in 0..<25_000 {
      for position in [i, count - 1 - i] {
        let element = permutation[position]
        #expect((0..<count).contains(element) && elements.insert(element).inserted)
        if i % 25 == 0 { #expect(permutation.position(of: element) == position) }
      }
    }
  }

  @Test func `a hundred thousand positions of 2^33 are distinct`() throws {
    let permutation = try permutation(1 << 33)
    var elements: Set<Int> = []
    for i in 0..<100_000 { elements.insert(permutation[i &* 85_899 % (1 << 33)]) }
    #expect(elements.count == 100_000)
  }

  @Test func `sizes that there are not are refused`() {
    for count in [0, -1, Int.min, KeyedPermutation.maximumCount + 1, Int.max] {
      let error = #expect(throws: SamplingError.self) { try permutation(count) }
      #expect(error?.description == "permutation: \(count) elements; give 1 to 2^40")
    }
  }

  @Test func `the order of each size, seed and stream is pinned`() throws {
    func first(_ count: Int, seed: UInt64, stream: UInt64) throws -> [Int] {
      let permutation = try permutation(count, seed: seed, stream: stream)
      return (0..<min(count, 10)).map { permutation[$0] }
    }
    #expect(try first(1, seed: 0, stream: 0) == [0])
    for (count, seed, stream, expected) in Pinned.permutations {
      #expect(try first(count, seed: seed, stream: stream) == expected, "\(count) \(seed) \(stream)")
    }
  }

  @Test func `all orders of a few elements are equally likely`() throws {
    for (count, orders, limits) in [(3, 6, ChiSquare.five), (4, 24, ChiSquare.twentyThree)] {
      var bins: [[Int]: Int] = [:]
      for seed in 0..<UInt64(orders * 100) {
        let permutation = try permutation(count, seed: seed, stream: 1)
        bins[(0..<count).map { permutation[$0] }, default: 0] += 1
      }
      #expect(bins.count == orders)
      #expect(limits.holds(ChiSquare.statistic(Array(bins.values))))
    }
  }

  static let sizes = [20, 250, 1000, 1030, 5000, 1_000_000, 10_000_000_000]

  @Test(arguments: sizes)
  func `what stands first, last and in the middle is uniform over 100 seeds`(count: Int) throws {
    for position in [0, 1, count / 2, count - 1] {
      var bins = [Int](repeating: 0, count: 10)
      for seed in 0..<UInt64(100) { bins[try permutation(count, seed: seed)[position] / (count / 10)] += 1 }
      #expect(ChiSquare.nine.holds(ChiSquare.statistic(bins)), "\(count) \(position) \(bins)")
    }
  }

  @Test(arguments: sizes)
  func `what one seed and the next, or one stream and the next, put first is unrelated`(count: Int) throws {
    for isStream in [false, true] {
      var bins = [Int](repeating: 0, count: 10)
      for i in 0..<UInt64(100) {
        let a = try permutation(count, seed: isStream ? 5 : i, stream: isStream ? i : 5)[0]
        let b = try permutation(count, seed: isStream ? 5 : i + 1, stream: isStream ? i + 1 : 5)[0]
        bins[(a - b + count) % count / (count / 10)] += 1
      }
      #expect(ChiSquare.nine.holds(ChiSquare.statistic(bins)), "\(count) \(bins)")
    }
  }

  /// The difference of neighbours, modulo n + 1, is uniform over 1…n for a permutation of n + 1 elements.
  @Test(arguments: [100, 500, 1200, 4000])
  func `neighbours are unrelated over 100 seeds`(count: Int) throws {
    var bins = [Int](repeating: 0, count: 10)
    var ascents = 0.0
    for seed in 0..<UInt64(100) {
      let permutation = try permutation(count + 1, seed: seed)
      var previous = permutation[0]
      var rising = 0
      let steps = min(count, 500)
      for position in 1...steps {
        let element = permutation[position]
        bins[(element - previous + count) % (count + 1) / (count / 10)] += 1
        if element > previous { rising += 1 }
        previous = element
      }
      // Of m neighbours in a random order m/2 rise, with a variance of (m + 2)/12.
      let excess = Double(rising) - Double(steps) / 2
      ascents += excess * excess / (Double(steps + 2) / 12)
    }
    #expect(ChiSquare.nine.holds(ChiSquare.statistic(bins)), "\(bins)")
    #expect(ChiSquare.hundred.holds(ascents), "\(ascents)")
  }
}

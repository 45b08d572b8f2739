internal import Sampling

/// The samples of a run of positions in the order in which their frames lie in the stores.
///
/// A walk in this order meets every shard of a store once and goes through it forwards, however large the stores are.
/// Memory: 8 bytes a sample, and as many again while they are sorted.
struct DrawnFrames {
  /// One sample: its number in the run, the entry, and the frame's index in the entry.
  struct Sample {
    var number: Int
    var entry: Int
    var frame: Int
  }

  /// Frame and number of each sample in one value: the frames of all entries are counted through.
  private var keys: [UInt64] = []
  /// The first frame of each entry, and the end: [E + 1].
  private var starts = [0]
  private let numberBits: UInt64

  /// Draws the samples at `positions`.
  ///
  /// - Throws: `SamplingError` for a position that there is not, `MixtureError` for more frames than can be counted.
  /// - Complexity: O(positions).
  init(_ order: SampleOrder, _ positions: Range<Int>) throws {
    numberBits = UInt64(UInt64.bitWidth - UInt64(positions.count).leadingZeroBitCount)
    for entry in order.entries { starts.append(starts[starts.count - 1] + entry.frameCount) }
    let total = UInt64(starts[starts.count - 1])
    guard UInt64(total.leadingZeroBitCount) >= numberBits else {
      throw MixtureError("\(total) frames and \(positions.count) samples a shard are too many; ask for smaller shards")
    }
    keys.reserveCapacity(positions.count)
    for (number, position) in positions.enumerated() {
      let sample = try order.sample(at: position)
      keys.append(UInt64(starts[sample.entry] + sample.frame) << numberBits | UInt64(number))
    }
    sort(frameBits: UInt64(UInt64.bitWidth - total.leadingZeroBitCount))
  }

  /// Sorts by frame, 11 bits at a time from the lowest on; numbers rise before and so stay in order.
  private mutating func sort(frameBits: UInt64) {
    var other = [UInt64](repeating: 0, count: keys.count)
    for shift in stride(from: numberBits, to: numberBits + frameBits, by: 11) {
      var starts = [Int](repeating: 0, count: 2049)
      for key in keys { starts[Int(key >> shift & 2047) + 1] += 1 }
      for digit in 1...2048 { starts[digit] += starts[digit - 1] }
      for key in keys {
        let digit = Int(key >> shift & 2047)
        other[starts[digit]] = key
        starts[digit] += 1
      }
      swap(&keys, &other)
    }
  }

  /// The numbers of the samples, in the order of their frames.
  func forEachNumber(_ body: (Int) throws -> Void) rethrows {
    for key in keys { try body(Int(key & (1 << numberBits - 1))) }
  }

  /// Calls `body` with each sample.
  func forEach(_ body: (Sample) throws -> Void) rethrows {
    var entry = 0
    for key in keys {
      let frame = Int(key >> numberBits)
      while frame >= starts[entry + 1] { entry += 1 }
      try body(Sample(number: Int(key & (1 << numberBits - 1)), entry: entry, frame: frame - starts[entry]))
    }
  }
}

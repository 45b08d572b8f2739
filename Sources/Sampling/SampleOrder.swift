/// The order of a mixture's samples: which frame stands at which position, without a table of the samples.
///
/// Entry e has n frames and a quota of q samples. Its first ⌊q/n⌋ repetitions hold every frame once, the last
/// one a keyed random choice of q mod n frames, so each frame appears ⌊q/n⌋ or ⌈q/n⌉ times. One keyed
/// permutation over the samples of all entries puts them in order. Memory grows with the number of entries
/// alone.
public struct SampleOrder: Sendable {
  /// How many frames an entry has, and how many samples it gives.
  public struct Entry: Sendable, Equatable {
    /// The frames that can be drawn, n.
    public var frameCount: Int
    /// The samples that are drawn, q.
    public var quota: Int

    /// Gathers the two.
    public init(frameCount: Int, quota: Int) {
      self.frameCount = frameCount
      self.quota = quota
    }
  }

  /// What stands at a position.
  public struct Sample: Sendable, Equatable, Hashable {
    /// The entry's index.
    public var entry: Int
    /// How many times the entry has been gone through before, from 0.
    public var repetition: Int
    /// The frame's index in the entry.
    public var frame: Int

    /// Gathers the three.
    public init(entry: Int, repetition: Int, frame: Int) {
      self.entry = entry
      self.repetition = repetition
      self.frame = frame
    }
  }

  /// The most entries, so that an entry's index fits 16 bits.
  public static let maximumEntryCount = 1 << 16

  /// The entries.
  public let entries: [Entry]
  /// The samples of all entries together.
  public let count: Int
  /// The first sample of each entry before the shuffle, and at the end the number of samples.
  private let offsets: [Int]
  private let shuffle: KeyedPermutation?
  private let choices: [KeyedPermutation?]

  /// Orders the samples of `entries` by `seed`.
  /// - Throws: `badData` for an entry with a quota but no frames, negative numbers, or more than 2⁴⁰ samples.
  public init(entries: [Entry], seed: UInt64) throws(SamplingError) {
    guard entries.count <= Self.maximumEntryCount else {
      throw SamplingError("order", "\(entries.count) entries; the most are \(Self.maximumEntryCount)")
    }
    var offsets = [0]
    var choices: [KeyedPermutation?] = []
    for (index, entry) in entries.enumerated() {
      guard entry.quota >= 0, entry.quota <= Quotas.maximumSampleCount else {
        throw SamplingError("order", "entry \(index) has a quota of \(entry.quota); give 0 to 2^40")
      }
      guard entry.frameCount >= 0, entry.frameCount <= KeyedPermutation.maximumCount else {
        throw SamplingError("order", "entry \(index) has \(entry.frameCount) frames; give 0 to 2^40")
      }
      guard entry.frameCount > 0 || entry.quota == 0 else {
        throw SamplingError(
          "order",
          "entry \(index) has a quota of \(entry.quota) but no frames; loosen its filters or give it weight 0"
        )
      }
      offsets.append((offsets.last ?? 0) + entry.quota)
      // Stream 0 is the shuffle of all samples.
      choices.append(
        entry.frameCount == 0 || entry.quota % entry.frameCount == 0
          ? nil : try KeyedPermutation(count: entry.frameCount, seed: seed, stream: UInt64(index) + 1))
    }
    let total = offsets.last ?? 0
    guard total <= Quotas.maximumSampleCount else {
      throw SamplingError("order", "\(total) samples; the most are 2^40")
    }
    shuffle = total == 0 ? nil : try KeyedPermutation(count: total, seed: seed, stream: 0)
    count = total
    self.entries = entries
    self.offsets = offsets
    self.choices = choices
  }

  /// The sample at `position`.
  ///
  /// Complexity: O(log entries).
  /// - Throws: `badData` for a position that there is not.
  public func sample(at position: Int) throws(SamplingError) -> Sample {
    guard let shuffle, position >= 0, position < count else {
      throw SamplingError(
        "position \(position)", "there are \(count) samples; give a position from 0 to below that")
    }
    let index = shuffle[position]
    let entry = entry(holding: index)
    let (repetition, place) = (index - offsets[entry]).quotientAndRemainder(
      dividingBy: entries[entry].frameCount)
    let isPartial = repetition == entries[entry].quota / entries[entry].frameCount
    let frame = isPartial ? choices[entry]?[place] ?? place : place
    return Sample(entry: entry, repetition: repetition, frame: frame)
  }

  /// The position of `sample`, or nil when the mixture does not hold it.
  ///
  /// Complexity: O(1).
  public func position(of sample: Sample) -> Int? {
    guard let shuffle, entries.indices.contains(sample.entry) else { return nil }
    let entry = entries[sample.entry]
    guard sample.frame >= 0, sample.frame < entry.frameCount, sample.repetition >= 0 else { return nil }
    let (whole, rest) = entry.quota.quotientAndRemainder(dividingBy: entry.frameCount)
    guard sample.repetition <= whole else { return nil }
    var place = sample.frame
    if sample.repetition == whole {
      guard rest > 0, let choice = choices[sample.entry] else { return nil }
      place = choice.position(of: sample.frame)
      guard place < rest else { return nil }
    }
    return shuffle.position(of: offsets[sample.entry] + sample.repetition * entry.frameCount + place)
  }

  /// How many samples show `frame` of `entry`: ⌊q/n⌋ or ⌈q/n⌉; 0 for a frame that there is not.
  public func repeats(entry: Int, frame: Int) -> Int {
    guard entries.indices.contains(entry), frame >= 0, frame < entries[entry].frameCount else { return 0 }
    let whole = entries[entry].quota / entries[entry].frameCount
    let isInLast = position(of: Sample(entry: entry, repetition: whole, frame: frame)) != nil
    return whole + (isInLast ? 1 : 0)
  }

  /// The last entry whose first sample is at or before `index`.
  private func entry(holding index: Int) -> Int {
    var (low, high) = (0, entries.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }
}

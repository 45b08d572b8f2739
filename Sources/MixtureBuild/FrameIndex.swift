internal import ByteIO

/// The frames of one entry that may be drawn, numbered from 0: where each lies in its store.
///
/// 28 bytes an episode, and one bit a step where a rule leaves single frames out.
struct FrameIndex: Sendable {
  /// Where an episode lies.
  struct Episode: Equatable, Sendable {
    /// The shard of the store, and the episode's first step in it.
    var shard: Int
    var firstStep: Int
    /// The number of steps.
    var length: Int
    /// The position in the source.
    var ordinal: Int
  }

  private var shards: [UInt32] = []
  private var firstSteps: [UInt32] = []
  private var lengths: [UInt32] = []
  private var ordinals: [UInt64] = []
  /// The first frame of each episode, and the end: [E + 1].
  private var starts: [Int] = [0]
  /// For the steps of episodes of which single frames are left out whether each may be drawn, and where the bits of each
  /// episode begin, −1 for those of which all of the first frames may; empty where that holds for all episodes.
  private var bits = BitList()
  private var bitStarts: [Int] = []

  /// The number of episodes.
  var episodeCount: Int { ordinals.count }
  /// The number of frames.
  var frameCount: Int { starts[starts.count - 1] }

  /// Adds an episode of which the first `frames` steps may be drawn.
  mutating func append(_ episode: Episode, frames: Int) {
    appendPlace(episode)
    if !bitStarts.isEmpty { bitStarts.append(-1) }
    starts.append(frameCount + frames)
  }

  /// Adds an episode of which the steps that are true in `kept` may be drawn.
  mutating func append(_ episode: Episode, kept: [Bool]) {
    if bitStarts.isEmpty { bitStarts = [Int](repeating: -1, count: episodeCount) }
    appendPlace(episode)
    bitStarts.append(bits.count)
    for isKept in kept { bits.append(isKept) }
    starts.append(frameCount + kept.count { $0 })
  }

  private mutating func appendPlace(_ episode: Episode) {
    shards.append(UInt32(episode.shard))
    firstSteps.append(UInt32(episode.firstStep))
    lengths.append(UInt32(episode.length))
    ordinals.append(UInt64(episode.ordinal))
  }

  /// Episode `index`.
  func episode(_ index: Int) -> Episode {
    Episode(
      shard: Int(shards[index]), firstStep: Int(firstSteps[index]), length: Int(lengths[index]),
      ordinal: Int(ordinals[index]))
  }

  /// The episode and the step of frame `index`.
  ///
  /// `known` is an episode that the frame does not lie before: a walk forwards gives the last one.
  /// - Precondition: `index` lies in `0..<frameCount`, and not before the first frame of `known`.
  /// - Complexity: O(log (episodes after `known`)), and O(steps of the episode / 64) where single frames are left out.
  func place(of index: Int, from known: Int = 0) -> (episode: Int, step: Int) {
    // Steps that double find the end of the range that is searched.
    var (low, reach) = (known, 1)
    while low + reach < episodeCount, starts[low + reach] <= index {
      low += reach
      reach *= 2
    }
    var high = min(low + reach, episodeCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    let nth = index - starts[low]
    guard !bitStarts.isEmpty, bitStarts[low] >= 0 else { return (low, nth) }
    return (low, bits.position(ofTrue: nth, from: bitStarts[low]) - bitStarts[low])
  }

  /// A digest of which frames these are.
  ///
  /// - Complexity: O(episodes + steps / 64).
  var digest: String {
    let parts = [
      Bytes(values: shards), Bytes(values: firstSteps), Bytes(values: lengths), Bytes(values: ordinals),
      Bytes(values: starts), Bytes(values: bitStarts), bits.bytes,
    ]
    return SHA256Digest.hexadecimal(of: Array(parts.map { SHA256Digest.hexadecimal(of: $0) }.joined().utf8))
  }

  /// How many frames of episode `index` may be drawn.
  func frameCount(of index: Int) -> Int { starts[index + 1] - starts[index] }
}

/// A list of truth values, 64 to a word.
struct BitList: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0

  /// The words, lowest bits first.
  var bytes: Bytes { Bytes(values: words) }

  mutating func append(_ value: Bool) {
    if count & 63 == 0 { words.append(0) }
    if value { words[words.count - 1] |= 1 << UInt64(count & 63) }
    count += 1
  }

  /// The position of the `nth` true value (from 0) at or after `start`.
  ///
  /// - Precondition: there is one.
  func position(ofTrue nth: Int, from start: Int) -> Int {
    var word = start >> 6
    var bits = words[word] & (UInt64.max << UInt64(start & 63))
    var left = nth
    while bits.nonzeroBitCount <= left {
      left -= bits.nonzeroBitCount
      word += 1
      bits = words[word]
    }
    for _ in 0..<left { bits &= bits &- 1 }
    return word * 64 + bits.trailingZeroBitCount
  }
}

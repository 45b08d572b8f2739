/// One preference pair as a trainer reads it.
public struct PairRow: Sendable, Equatable {
  /// One side: steps of an episode, and which of them count.
  public struct Side: Sendable, Equatable {
    /// The episode's number in the set.
    public let episode: Int
    /// Its steps, counted from the episode's own first.
    public let steps: Range<Int>
    /// 1 for steps that count in the loss, [steps].
    public let mask: [UInt8]

    /// The number of steps that count.
    public var countedSteps: Int { mask.count { $0 == 1 } }
  }

  /// 64 bits; as 16 hexadecimal digits in `pairs.jsonl`.
  public let id: UInt64
  public let chosen: Side
  public let rejected: Side
  public let weight: Float
  /// How much better the chosen side is, by its score.
  public let margin: Float
  /// The task's place in the index.
  public let task: Int
  /// Names as the index has them.
  public let strategy: String
  public let unit: String
  public let split: String
  /// The step after whose shared observation the sides part; nil where it is not known.
  public let anchor: Int?

  /// The id as `pairs.jsonl` has it.
  public var name: String { Self.name(of: id) }

  /// A pair's id as `pairs.jsonl` has it: 16 hexadecimal digits.
  public static func name(of id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

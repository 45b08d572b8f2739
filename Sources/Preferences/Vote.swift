/// What a person said of two episodes.
public struct Vote: Sendable, Equatable {
  public enum Label: String, Sendable, CaseIterable {
    case a, b, tie, skip
  }

  public var a: String
  public var b: String
  public var label: Label
  public var annotator: String

  public init(a: String, b: String, label: Label, annotator: String = "") {
    self.a = a
    self.b = b
    self.label = label
    self.annotator = annotator
  }
}

/// A vote on two rollouts by their places in the list of all.
public struct IndexedVote: Sendable, Equatable {
  public let a: Int
  public let b: Int
  /// 1 for a, 0 for b, ½ for a tie.
  public let wins: Double
  public let annotator: String
}

/// Votes by the rollouts that they are about.
public struct VoteIndex: Sendable {
  /// By the smaller of the two places.
  private let votes: [Int: [IndexedVote]]
  /// What was left out.
  public let counts: FilterCounts

  /// Finds the episodes that votes name among `rollouts`; `ties` decides of ties.
  public init(_ votes: [Vote], _ rollouts: [Rollout], ties: Strategy.TiePolicy) {
    let places = Dictionary(
      rollouts.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var found: [Int: [IndexedVote]] = [:]
    var counts = FilterCounts()
    for vote in votes {
      guard vote.label != .skip else {
        counts.add(.voteSkipped)
        continue
      }
      guard let a = places[vote.a], let b = places[vote.b] else {
        counts.add(.voteUnknownEpisode)
        continue
      }
      guard a != b else {
        counts.add(.sameEpisode)
        continue
      }
      guard vote.label != .tie || ties == .half else {
        counts.add(.voteTied)
        continue
      }
      let wins = vote.label == .a ? 1 : vote.label == .b ? 0 : 0.5
      found[min(a, b), default: []].append(
        IndexedVote(a: min(a, b), b: max(a, b), wins: a < b ? wins : 1 - wins, annotator: vote.annotator))
    }
    self.votes = found
    self.counts = counts
  }

  /// The votes on two members of `group`, in the order of the members.
  public func votes(in group: RolloutGroup) -> [IndexedVote] {
    if votes.isEmpty { return [] }
    let members = Set(group.members)
    return group.members.flatMap { (votes[$0] ?? []).filter { members.contains($0.b) } }
  }

  /// How many votes are on rollouts that differ in `key`.
  public func crossingCount(_ rollouts: [Rollout], key: GroupKey) -> Int {
    votes.values.joined().count { vote in
      let (a, b) = (rollouts[vote.a], rollouts[vote.b])
      switch key {
      case .start: return a.task != b.task || a.start == nil || a.start != b.start
      case .bucket: return a.task != b.task || a.bucket == nil || a.bucket != b.bucket
      case .task: return a.task != b.task
      }
    }
  }
}

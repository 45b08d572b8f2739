/// Why a rollout, a vote or a pair was left out; each has a count in the audit, be it 0.
public enum Filter: String, Sendable, CaseIterable, Hashable {
  // Of rollouts.
  case successUnknown = "success_unknown"
  case startUnknown = "start_unknown"
  case scoreUnknown = "score_unknown"
  case notFinite = "not_finite"
  case duplicateEpisode = "duplicate_episode"
  case termination
  case tooShort = "too_short"
  case policyHeldOut = "policy_held_out"
  // Of starts.
  case oneSided = "one_sided"
  case successRate = "success_rate"
  // Of votes.
  case voteSkipped = "vote_skipped"
  case voteTied = "vote_tied"
  case voteTooFew = "vote_too_few"
  case voteDisagreement = "vote_disagreement"
  case voteUnknownEpisode = "vote_unknown_episode"
  case voteKeyDiffers = "vote_key_differs"
  case voteDisconnected = "vote_disconnected"
  // Of pairs.
  case tied
  case belowMargin = "below_margin"
  case withinStandardError = "within_standard_error"
  case sameEpisode = "same_episode"
  case identicalTokens = "identical_tokens"
  case instructionDiffers = "instruction_differs"
  case lengthRatio = "length_ratio"
  case segmentTooShort = "segment_too_short"
  case noDivergence = "no_divergence"
  case startDiffers = "start_differs"
  case gripperClass = "gripper_class"
  case allMasked = "all_masked"
  case splitCrossed = "split_crossed"
  case duplicatePair = "duplicate_pair"
  case contradiction
  case groupCap = "group_cap"
  // Of balance.
  case lengthMatch = "length_match"
  case episodeCap = "episode_cap"
  case strategyShare = "strategy_share"
  case taskCap = "task_cap"
  case total
  case unpairedRatio = "unpaired_ratio"
}

/// How often each filter struck.
public struct FilterCounts: Sendable, Equatable {
  private var counts: [Filter: Int] = [:]

  public init() {}

  /// How often `filter` struck.
  public subscript(filter: Filter) -> Int { counts[filter] ?? 0 }

  /// Notes that `filter` struck `count` times.
  public mutating func add(_ filter: Filter, _ count: Int = 1) {
    if count > 0 { counts[filter, default: 0] += count }
  }

  /// Adds what another one counted.
  public mutating func add(_ other: FilterCounts) {
    for (filter, count) in other.counts { add(filter, count) }
  }

  /// Every filter with its count, in the order in which they are listed.
  public var all: [(filter: Filter, count: Int)] { Filter.allCases.map { ($0, self[$0]) } }
}

internal import EpisodeStore

/// Which faults can be put into which episodes so that they are there to be found.
struct FaultFit {
  private let store: StoreContents
  private let scale: DatasetScale
  private let colour: [Int]
  private let encoded: Bool
  private let medians: [Int: Int]
  private let hasMotion: Bool

  init(_ store: StoreContents, _ scale: DatasetScale, _ layout: StoreLayout, _ colour: [Int]) {
    self.store = store
    self.scale = scale
    self.colour = colour
    encoded = !colour.isEmpty && colour.allSatisfy { layout.pictures[$0].form == .encoded }
    hasMotion = (0..<store.actionWidth).contains { scale.isMotion($0) }
    var lengths: [Int: [Double]] = [:]
    for place in store.places { lengths[place.instruction, default: []].append(Double(place.steps.count)) }
    medians = lengths.mapValues { $0.count < 4 ? 0 : Int(quantile($0.sorted(), 0.5)) }
  }

  /// A fifth of the median length of the episode's task, but three steps at least.
  func shortLength(_ episode: Int) -> Int { max(3, (medians[store.places[episode].instruction] ?? 0) / 5) }

  /// Whether `fault` can be put into `episode`.
  func allows(_ fault: Fault, _ episode: Int) throws -> Bool {
    let place = store.places[episode]
    let count = place.steps.count
    guard count >= 8 else { return false }
    switch fault {
    case .nanAction, .infAction, .brokenFlags, .duplicateEpisode, .nearDuplicate: return true
    case .emptyInstruction, .placeholderInstruction: return place.instruction >= 0
    case .truncatedEpisode:
      let median = medians[place.instruction] ?? 0
      return shortLength(episode) < count && Double(shortLength(episode)) < 0.3 * Double(median)
    case .idlePadding, .saturatedAction, .roughAction, .deadDimension, .wrongUnit, .actionSpike:
      return try hasMotion && moves(place, share: 0.5)
    case .flippedAction, .actionLag:
      return try scale.following != nil && count >= 2 * StateFollowing.leastLength - 4 && moves(place, share: 0.8)
    case .shuffledTime: return try store.stateWidth > 0 && moves(place, share: 0.5)
    case .frozenState: return try store.stateWidth > 0 && count >= 14 && moves(place, share: 0.9)
    case .inertGripper: return try turns(episode) && siblingsTurn(episode)
    case .chatteringGripper:
      guard let gripper = scale.gripper else { return false }
      return count >= 10 && scale.action[gripper].high > scale.action[gripper].low
    case .undecodableImage, .missingImage: return encoded
    case .swappedCameras: return colour.count > 1
    case .frozenCamera: return try !colour.isEmpty && count >= 12 && moves(place, share: 0.9)
    case .zeroFrames, .blackCamera, .overexposedCamera, .blurredCamera, .movedCamera: return !colour.isEmpty
    case .frameSize: return encoded
    case .staleStatistics: return true
    }
  }

  /// Whether the robot moves on at least `share` of the steps.
  private func moves(_ place: StoreContents.Place, share: Double) throws -> Bool {
    let exam = try EpisodeExam(store, scale, CheckSelection(), place)
    return Double((0..<exam.count).count { exam.isMoving($0) }) >= share * Double(exam.count)
  }

  private func turns(_ episode: Int) throws -> Bool {
    guard let gripper = scale.gripper else { return false }
    let a = try store.actions(store.places[episode])
    return stride(from: gripper, to: a.count, by: store.actionWidth).contains { a[$0] != a[gripper] }
  }

  private func siblingsTurn(_ episode: Int) throws -> Bool {
    let task = store.places[episode].instruction
    let siblings = store.places.indices.filter { store.places[$0].instruction == task && $0 != episode }
    // Some of them get other faults: more than the nine tenths that the check asks for.
    return try siblings.count >= 5 && Double(siblings.count { try turns($0) }) >= 0.95 * Double(siblings.count)
  }
}

internal import EpisodeStore
internal import Workers

/// Compares episodes with each other, and looks at the dataset as a whole.
struct DatasetExam: Sendable {
  let store: StoreContents
  let scale: DatasetScale
  let selection: CheckSelection
  var summaries: [EpisodeSummary]
  /// Findings about the dataset.
  var dataset = ScoreSheet()
  /// Episodes of each instruction, by its row.
  let tasks: [Int: [Int]]

  init(
    _ store: StoreContents, _ scale: DatasetScale, _ selection: CheckSelection, _ summaries: [EpisodeSummary]
  ) {
    self.store = store
    self.scale = scale
    self.selection = selection
    self.summaries = summaries
    var tasks: [Int: [Int]] = [:]
    for (number, place) in store.places.enumerated() { tasks[place.instruction, default: []].append(number) }
    self.tasks = tasks
  }

  /// Fewer episodes are not compared with each other.
  static let leastCount = 8

  mutating func run(_ totals: Totals, workers: Int) async throws {
    examineStatistics(totals)
    let compared = try await compare(workers: workers)
    findDuplicates(compared.outlines)
    for episode in summaries.indices { summaries[episode].outline = [] }
    examineTasks()
    examineLengths()
    examineMotion()
    examineScales()
    examineDataset()
    scoreNeighbours(compared.neighbours)
    for episode in summaries.indices { summaries[episode].points = [] }
    compareViews()
  }

  /// What takes long, side by side: outlines that are near each other, and the neighbours of steps.
  private func compare(workers: Int) async throws -> (outlines: NearOutlines, neighbours: [NeighbourScore]) {
    let reference = neighbourReference()
    let size = 256
    let groups = reference == nil ? 0 : (summaries.count + size - 1) / size
    let found = Slots<[NeighbourScore]>(count: groups)
    let outlines = Slots<NearOutlines>(count: 1)
    try await forEachIndex(below: groups + 1, workers: workers) { number in
      guard number > 0, let reference else {
        outlines[0] = nearOutlines()
        return
      }
      let range = (number - 1) * size..<min(number * size, summaries.count)
      found[number - 1] = range.map { neighbourScore($0, reference) }
    }
    return (outlines.filled.first ?? [], found.filled.flatMap(\.self))
  }

  mutating func judge(
    _ id: String, _ episode: Int, _ score: Double, steps: ClosedRange<Int>? = nil, view: String? = nil,
    where condition: Bool = true, _ message: @autoclosure () -> String
  ) {
    summaries[episode].sheet.judge(
      id, score, selection, episode: store.places[episode].ordinal, steps: steps, view: view, where: condition,
      message())
  }

  mutating func judgeDataset(
    _ id: String, _ score: Double, where condition: Bool = true, _ message: @autoclosure () -> String
  ) {
    dataset.judge(id, score, selection, episode: nil, where: condition, message())
  }

  mutating func skipAll(_ ids: [String], _ gap: Gap) {
    for episode in summaries.indices { summaries[episode].sheet.skip(ids, gap) }
  }

  /// All steps of `episode`.
  func wholeEpisode(_ episode: Int) -> ClosedRange<Int>? {
    let count = store.places[episode].steps.count
    return count > 0 ? 0...count - 1 : nil
  }

  private mutating func examineLengths() {
    for (_, members) in tasks.sorted(by: { $0.key < $1.key }) {
      let lengths = members.map { Double(store.places[$0].steps.count) }
      guard members.count >= 4, let usual = Robust(lengths), usual.median > 0,
        let logs = Robust(lengths.map { ($0 + 1).logarithm })
      else {
        for episode in members { summaries[episode].sheet.skip(["truncated", "length-outlier"], .tooFewEpisodes) }
        continue
      }
      for (episode, length) in zip(members, lengths) {
        judge(
          "truncated", episode, length / usual.median, steps: wholeEpisode(episode),
          "\(Int(length)) steps, \(shown(length / usual.median)) of the median \(shown(usual.median)) of its task")
        let z = abs(logs.score((length + 1).logarithm, floor: max(0.1, logs.spread)))
        judge(
          "length-outlier", episode, z, steps: wholeEpisode(episode),
          where: abs(length - usual.median) > 0.5 * usual.median,
          "\(Int(length)) steps lie \(shown(z)) robust deviations from the median \(shown(usual.median)) of its task")
      }
    }
  }

  private mutating func examineMotion() {
    for (_, members) in tasks.sorted(by: { $0.key < $1.key }) {
      let paths = members.map { summaries[$0].path }
      let usual = Robust(paths)?.median ?? 0
      for (episode, path) in zip(members, paths) where path.isFinite {
        guard members.count >= 4, usual > 0 else {
          summaries[episode].sheet.skip("no-motion", .tooFewEpisodes)
          continue
        }
        judge(
          "no-motion", episode, path / usual, steps: wholeEpisode(episode),
          "the path is \(shown(path / usual)) of the median of its task")
      }
      let constant = members.filter { summaries[$0].gripperIsConstant == true }
      let known = members.count { summaries[$0].gripperIsConstant != nil }
      guard scale.gripper != nil else { continue }
      for episode in members where summaries[episode].gripperIsConstant != nil {
        guard members.count >= 5 else {
          summaries[episode].sheet.skip("gripper-inert", .tooFewEpisodes)
          continue
        }
        let isConstant = summaries[episode].gripperIsConstant == true
        // Of more than six, one other with the same fault counts with the episode.
        let moving = known - constant.count + (isConstant && known > 6 && constant.count > 1 ? 1 : 0)
        let others = Double(moving) / Double(max(known - 1, 1))
        judge(
          "gripper-inert", episode, isConstant ? others : 0, steps: wholeEpisode(episode),
          "the gripper's command never changes, as it does in \(shown(100 * others)) % of the task's other episodes")
      }
    }
    examineDeviations()
  }

  private mutating func examineDeviations() {
    let enough = summaries.count { $0.jerk.isFinite } >= Self.leastCount
    if enough, let usual = Robust(summaries.map(\.jerk)) {
      for episode in summaries.indices where summaries[episode].jerk.isFinite {
        // Where operators of different skill are mixed, the deviation is no measure of what is rough.
        let z = (summaries[episode].jerk - usual.median) / min(max(usual.deviation, 0.1), 0.6)
        judge(
          "jerk", episode, z, steps: wholeEpisode(episode),
          "third differences of the commands lie \(shown(z)) robust deviations above the median")
      }
    } else {
      for episode in summaries.indices where summaries[episode].jerk.isFinite {
        summaries[episode].sheet.skip("jerk", .tooFewEpisodes)
      }
    }
    let fits = summaries.map(\.fit)
    let assessed = summaries.indices.filter { fits[$0].isFinite }
    guard assessed.count >= Self.leastCount, let usual = Robust(fits) else {
      for episode in assessed { summaries[episode].sheet.skip("action-state-mismatch", .tooFewEpisodes) }
      return
    }
    for episode in assessed {
      let z = -usual.score(fits[episode], floor: 0.05)
      judge(
        "action-state-mismatch", episode, z, steps: wholeEpisode(episode), where: usual.median - fits[episode] > 0.5,
        "commands fit the state's increments with a correlation of \(shown(fits[episode])) "
          + "\(fits[episode] < 0 ? "where those of the dataset fit" : "at best"); the median is \(shown(usual.median))")
    }
  }
}

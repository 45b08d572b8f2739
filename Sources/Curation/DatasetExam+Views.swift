internal import EpisodeStore

extension DatasetExam {
  static let imageChecks = CheckCatalog.images.map(\.id) + ["shape-drift"]

  /// Compares the frames of each view between episodes, and views with each other.
  mutating func compareViews() {
    let views = store.index.views.map(\.name)
    let compared = Self.imageChecks.filter { !["undecodable-image", "frozen-camera"].contains($0) }
    guard summaries.contains(where: { !$0.views.isEmpty }) else { return }
    var templates: [[Double]] = []
    for number in views.indices {
      let frames = summaries.indices.filter { number < summaries[$0].views.count }
      compareShapes(number, views[number], frames)
      compareLight(number, views[number], frames)
      templates.append(template(number, frames))
    }
    for episode in summaries.indices where summaries[episode].views.isEmpty {
      summaries[episode].sheet.skip(compared, .noImages)
    }
    for number in views.indices { comparePlaces(number, views[number], templates[number]) }
    compareSwaps(views, templates)
  }

  private mutating func compareShapes(_ view: Int, _ name: String, _ frames: [Int]) {
    var counts: [ViewSummary.FrameShape: Int] = [:]
    for episode in frames where summaries[episode].views[view].frameCount > 0 {
      counts[summaries[episode].views[view].shape, default: 0] += 1
    }
    guard let usual = counts.max(by: { ($0.value, $1.key.text) < ($1.value, $0.key.text) })?.key else { return }
    for episode in frames where summaries[episode].views[view].frameCount > 0 {
      let found = summaries[episode].views[view]
      let isOther = found.shape != usual
      let number = isOther ? found.frameCount - found.otherShapeCount : found.otherShapeCount
      judge(
        "shape-drift", episode, Double(number), steps: isOther ? wholeEpisode(episode) : found.otherShapes, view: name,
        "\(number) frames of view `\(name)` are not \(usual.text)\(isOther ? " but \(found.shape.text)" : "")")
    }
  }

  private mutating func compareLight(_ view: Int, _ name: String, _ frames: [Int]) {
    let found = frames.map { summaries[$0].views[view] }
    guard let brightness = Robust(found.map(\.brightness)), let contrast = Robust(found.map(\.contrast)),
      let sharpness = Robust(found.map(\.sharpness))
    else { return }
    let usuallyZero = found.count { $0.zero.count * 2 > $0.frameCount } * 2 > found.count
    let usuallyBright = found.count { $0.bright.count * 2 > $0.frameCount } * 2 > found.count
    for (episode, summary) in zip(frames, found) {
      let count = Double(max(store.places[episode].steps.count, 1))
      func share(_ marks: ViewSummary.Marks) -> Double { Double(marks.count) / count }
      let isAbsent = summary.missing.count == Int(count)
      judge(
        "missing-image", episode, share(summary.missing), steps: summary.missing.longest, view: name,
        where: !isAbsent, "\(summary.missing.count) frames of view `\(name)` have no bytes")
      guard summary.frameCount > 0 else { continue }
      judge(
        "zero-frame", episode, Double(summary.zero.count), steps: summary.zero.longest, view: name,
        where: !usuallyZero, "\(summary.zero.count) frames of view `\(name)` are all zero")
      judge(
        "black-camera", episode, share(summary.dark), steps: summary.dark.longest, view: name,
        where: brightness.median >= 12, "\(summary.dark.count) frames of view `\(name)` are dark")
      judge(
        "overexposed-camera", episode, share(summary.bright), steps: summary.bright.longest, view: name,
        where: !usuallyBright, "\(summary.bright.count) frames of view `\(name)` are mostly white")
      judge(
        "flat-camera", episode, share(summary.flat), steps: summary.flat.longest, view: name,
        where: contrast.median >= 2, "\(summary.flat.count) frames of view `\(name)` have no contrast")
      guard frames.count >= Self.leastCount else {
        summaries[episode].sheet.skip(["exposure-shift", "blurred-camera"], .tooFewEpisodes)
        continue
      }
      let z = abs(brightness.score(summary.brightness, floor: 4))
      judge(
        "exposure-shift", episode, z, steps: wholeEpisode(episode), view: name,
        "view `\(name)` has a brightness of \(shown(summary.brightness)), usually \(shown(brightness.median))")
      guard sharpness.median > 0 else { continue }
      judge(
        "blurred-camera", episode, summary.sharpness / sharpness.median, steps: wholeEpisode(episode), view: name,
        "view `\(name)` is \(shown(summary.sharpness / sharpness.median)) times as sharp as usual")
    }
  }

  /// The median of the mean frames, pixel by pixel, from up to 256 episodes.
  private func template(_ view: Int, _ frames: [Int]) -> [Double] {
    let known = frames.filter { summaries[$0].views[view].thumbnail.count == 256 }
    guard known.count >= Self.leastCount else { return [] }
    let taken = min(known.count, 256)
    let sample = (0..<taken).map { summaries[known[$0 * known.count / taken]].views[view].thumbnail }
    return (0..<256).map { pixel in quantile(sample.map { Double($0[pixel]) }.sorted(), 0.5) }
  }

  private func likeness(_ episode: Int, _ view: Int, _ template: [Double]) -> Double? {
    guard view < summaries[episode].views.count, template.count == 256 else { return nil }
    let thumbnail = summaries[episode].views[view].thumbnail
    guard thumbnail.count == 256 else { return nil }
    return correlation(thumbnail.map(Double.init), template)
  }

  private mutating func comparePlaces(_ view: Int, _ name: String, _ template: [Double]) {
    let found = summaries.indices.map { likeness($0, view, template) }
    guard !template.isEmpty, let usual = Robust(found.compactMap(\.self)) else {
      for episode in summaries.indices where !summaries[episode].views.isEmpty {
        summaries[episode].sheet.skip("viewpoint-shift", .tooFewEpisodes)
      }
      return
    }
    for (episode, value) in found.enumerated() {
      guard let value else { continue }
      let z = -usual.score(value, floor: 0.02)
      judge(
        "viewpoint-shift", episode, z, steps: wholeEpisode(episode), view: name, where: usual.median - value > 0.4,
        "view `\(name)` correlates with its typical frame by \(shown(value)), usually by \(shown(usual.median))")
    }
  }

  private mutating func compareSwaps(_ views: [String], _ templates: [[Double]]) {
    guard views.count > 1 else { return skipAll(["swapped-cameras"], .oneView) }
    for v in views.indices {
      for w in views.indices where w > v {
        guard !templates[v].isEmpty, !templates[w].isEmpty else {
          skipAll(["swapped-cameras"], .tooFewEpisodes)
          continue
        }
        for episode in summaries.indices {
          guard let own = likeness(episode, v, templates[v]), let other = likeness(episode, v, templates[w]),
            let ownToo = likeness(episode, w, templates[w]), let otherToo = likeness(episode, w, templates[v])
          else { continue }
          let excess = min(other - own, otherToo - ownToo)
          judge(
            "swapped-cameras", episode, excess, steps: wholeEpisode(episode), view: views[v],
            "views `\(views[v])` and `\(views[w])` resemble each other's typical frame by \(shown(excess)) more than "
              + "their own")
        }
      }
    }
  }
}

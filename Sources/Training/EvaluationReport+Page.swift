internal import ImageCodec
internal import JSON
public import RunLog

extension EvaluationReport: RunEvaluation {
  public var metrics: [(name: String, value: Double)] {
    var values: [(name: String, value: Double)] = [("Evaluation/Loss", loss)]
    if let total {
      values += [
        ("Evaluation/Action Token Accuracy", total.accuracy), ("Evaluation/L1 Loss", total.greedyL1),
        ("Evaluation/Expected L1 Loss", total.expectedL1),
      ]
    }
    if let moving {
      values += [
        ("Evaluation/Moving L1 Loss", moving.greedyL1), ("Evaluation/Moving Expected L1 Loss", moving.expectedL1),
        ("Evaluation/Moving Loss", moving.loss),
      ]
    }
    return values
  }

  public func picture() throws -> (name: String, png: [UInt8], height: Int, width: Int)? {
    let picture = try BinPicture.raster(counts: confusion)
    return ("Evaluation/Confusion", try BinPicture.png(counts: confusion), picture.height, picture.width)
  }

  /// What is said of each dataset and dimension, under its heading.
  public static let columns = [
    "Dataset, dimension", "Tokens", "Loss", "Entropy", "Accuracy", "Most frequent bin", "L1", "Expected L1",
    "Best constant",
  ]

  /// Datasets and dimensions as rows of ``columns``, then all together, and those dimensions that move.
  public var rows: [[String]] {
    var rows: [[String]] = []
    func append(_ name: String, _ summary: Summary?) {
      guard let summary else { return }
      func number(_ value: Double) -> String { formatDecimal(value, places: 4) }
      func percent(_ value: Double) -> String { formatDecimal(100 * value, places: 1) + " %" }
      rows.append([
        name, "\(summary.count)", number(summary.loss), number(summary.entropy), percent(summary.accuracy),
        percent(summary.frequentAccuracy), number(summary.greedyL1), number(summary.expectedL1),
        number(summary.constantL1),
      ])
    }
    for (index, name) in datasets.enumerated() {
      let places = (0..<dimensionCount).map { index * dimensionCount + $0 }
      for (dimension, place) in places.enumerated() { append("\(name), \(dimension)", summary([place])) }
      append("\(name), all", summary(places))
    }
    append("all", total)
    append("moving dimensions", moving)
    return rows
  }

  public func fill(_ content: inout RunPage.Content) throws {
    content.tables.append(
      RunPage.Table("Evaluation on \(sampleCount) samples", columns: Self.columns, rows: rows))
    content.pictures.append(
      RunPage.Picture(
        "Confusion of bins", png: try BinPicture.png(counts: confusion),
        caption: "Rows are the true bins, columns the answered ones, from −1 to 1; darker is more often."))
    content.examples += examples.map(\.page)
    content.notes.append(
      "L1 is the mean distance of bin centres in the normalised range, of the greedy token and of the expected action "
        + "over the bins. The most frequent bin and the best constant are those of the same samples: what answering "
        + "without looking reaches at best. Entropy is that of the bins, in nats.")
  }
}

extension EvaluationReport.Example {
  fileprivate var page: RunPage.Example {
    RunPage.Example(
      image: picture, format: .png, caption: "\(dataset), sample \(position)", instruction: instruction,
      rows: zip(truth, answer).enumerated().map { dimension, pair in
        .init("\(dimension)", truth: pair.0, predicted: pair.1)
      })
  }
}

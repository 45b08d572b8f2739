internal import PairShards

/// The normalised actions of both sides of a pair, one small drawing a column, with the parting marked.
struct ActionTraces {
  let svg: String

  init(_ pair: PairRow, _ a: PairEpisode, _ b: PairEpisode, parting: Int?, width: Int) throws {
    let (cellWidth, cellHeight) = (140, 64)
    let first = min(pair.chosen.steps.lowerBound, pair.rejected.steps.lowerBound)
    let end = max(pair.chosen.steps.upperBound, pair.rejected.steps.upperBound)
    let columns = min(width, 14)
    let perRow = 7
    let rows = (columns + perRow - 1) / perRow
    var text =
      "<svg viewBox='0 0 \(perRow * cellWidth) \(rows * (cellHeight + 14))' width='\(perRow * cellWidth)' "
      + "role=img aria-label='action traces'>"
    let (chosen, rejected) = (try a.actions(pair.chosen.steps), try b.actions(pair.rejected.steps))
    for column in 0..<columns {
      let (left, top) = (column % perRow * cellWidth, column / perRow * (cellHeight + 14))
      func x(_ step: Int) -> Double {
        Double(left) + 4 + Double(step - first) / Double(max(end - first - 1, 1)) * Double(cellWidth - 12)
      }
      func y(_ value: Float) -> Double {
        Double(top) + 12 + (1 - Double(min(max(value, -1), 1))) / 2 * Double(cellHeight - 8)
      }
      func line(_ steps: Range<Int>, _ values: [Float], _ style: String) -> String {
        let points = steps.enumerated().map { offset, step in
          "\(Self.rounded(x(step))),\(Self.rounded(y(values[offset * width + column])))"
        }
        return "<polyline fill=none \(style) points='\(points.joined(separator: " "))'/>"
      }
      text += "<text x='\(left + 4)' y='\(top + 9)' font-size='9' fill='#5b6470'>action \(column)</text>"
      text += "<rect x='\(left + 2)' y='\(top + 11)' width='\(cellWidth - 8)' height='\(cellHeight - 6)' "
      text += "fill=none stroke='#dde1e7'/>"
      if let parting, first..<end ~= parting {
        let at = Self.rounded(x(parting))
        text += "<line class=parting x1='\(at)' x2='\(at)' y1='\(top + 11)' y2='\(top + cellHeight + 5)' "
        text += "stroke='#e0a500' stroke-width='2'/>"
      }
      text += line(pair.chosen.steps, chosen, "stroke='#17663a'")
      text += line(pair.rejected.steps, rejected, "stroke='#a3261b' stroke-dasharray='3 2'")
    }
    svg = text + "</svg>\n"
  }

  private static func rounded(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}

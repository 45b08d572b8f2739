/// What was compared with what, and how often each won: items are numbered 0..<count.
public struct VoteGraph: Sendable, Equatable {
  /// How often two items were compared.
  public struct Edge: Sendable, Equatable {
    /// a < b.
    public let a: Int
    public let b: Int
    /// Wins of each; ties count half for both.
    public var aWins: Double
    public var bWins: Double
  }

  public let count: Int
  /// Pairs that were compared, ascending.
  public let edges: [Edge]

  /// Gathers comparisons; `wins` counts for the first item, ½ being a tie.
  ///
  /// - Precondition: items lie in `0..<count` and differ.
  public init(count: Int, comparisons: [(a: Int, b: Int, wins: Double)]) {
    var found: [[Int]: (Double, Double)] = [:]
    for comparison in comparisons {
      let isOrdered = comparison.a < comparison.b
      let key = isOrdered ? [comparison.a, comparison.b] : [comparison.b, comparison.a]
      let share = isOrdered ? comparison.wins : 1 - comparison.wins
      let old = found[key] ?? (0, 0)
      found[key] = (old.0 + share, old.1 + 1 - share)
    }
    self.count = count
    edges = found.map { Edge(a: $0.key[0], b: $0.key[1], aWins: $0.value.0, bWins: $0.value.1) }
      .sorted { ($0.a, $0.b) < ($1.a, $1.b) }
  }

  /// Items that are joined by comparisons, whoever won: lists in the order of their first items.
  public var islands: [[Int]] {
    components { edge in [(edge.a, edge.b), (edge.b, edge.a)] }
  }

  /// Items of which each beat each other one directly or through others: strengths are finite within such a list alone.
  public var strongComponents: [[Int]] {
    components { edge in
      (edge.aWins > 0 ? [(edge.a, edge.b)] : []) + (edge.bWins > 0 ? [(edge.b, edge.a)] : [])
    }
  }

  /// The strongly connected components of the arcs that edges have, by two searches (Kosaraju).
  private func components(_ arcs: (Edge) -> [(Int, Int)]) -> [[Int]] {
    var forward = [[Int]](repeating: [], count: count)
    var backward = forward
    for edge in edges {
      for (from, to) in arcs(edge) {
        forward[from].append(to)
        backward[to].append(from)
      }
    }
    var isSeen = [Bool](repeating: false, count: count)
    var finished: [Int] = []
    for start in 0..<count where !isSeen[start] {
      var stack = [(start, 0)]
      isSeen[start] = true
      while let (node, next) = stack.last {
        if next < forward[node].count {
          stack[stack.count - 1].1 += 1
          let target = forward[node][next]
          if !isSeen[target] {
            isSeen[target] = true
            stack.append((target, 0))
          }
        } else {
          finished.append(node)
          stack.removeLast()
        }
      }
    }
    var component = [Int](repeating: -1, count: count)
    var found: [[Int]] = []
    for start in finished.reversed() where component[start] < 0 {
      var members: [Int] = []
      var stack = [start]
      component[start] = found.count
      while let node = stack.popLast() {
        members.append(node)
        for target in backward[node] where component[target] < 0 {
          component[target] = found.count
          stack.append(target)
        }
      }
      found.append(members.sorted())
    }
    return found.sorted { $0[0] < $1[0] }
  }
}

internal import Glibc

/// Elo ratings, which people know how to read; they depend on the order of the games, and are averaged over many orders.
///
/// R += K·(S − 1/(1 + 10^((R_b − R_a)/400))), from 1000 on. For display, not for labels.
public struct EloRatings: Sendable, Equatable {
  /// The mean rating of each item, [n].
  public let ratings: [Double]

  /// Plays `games` in `orders` orders drawn for `seed`; `wins` counts for the first item, ½ being a tie.
  ///
  /// - Precondition: items lie in `0..<count`.
  public init(
    count: Int, games: [(a: Int, b: Int, wins: Double)], k: Double = 16, orders: Int = 32, seed: UInt64 = 0
  ) {
    var sums = [Double](repeating: 0, count: count)
    for round in 0..<max(orders, 1) {
      let order = games.indices
        .map { (KeyedOrder.number(["elo", String(seed), String(round), String($0)]), $0) }.sorted { $0 < $1 }
      var ratings = [Double](repeating: 1000, count: count)
      for (_, index) in order {
        let game = games[index]
        let expected = 1 / (1 + pow(10, (ratings[game.b] - ratings[game.a]) / 400))
        ratings[game.a] += k * (game.wins - expected)
        ratings[game.b] -= k * (game.wins - expected)
      }
      for item in 0..<count { sums[item] += ratings[item] }
    }
    ratings = sums.map { $0 / Double(max(orders, 1)) }
  }
}

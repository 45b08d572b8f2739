/// How strongly each layer's adapter acts, and what it drops in training.
public struct AdapterScaling {
  private let scales: [String: Double]
  /// What training drops of the adapters' inputs, if anything.
  let dropout: AdapterDropout?

  /// `scales` maps a module's whole name to its factor s.
  public init(_ scales: [String: Double], dropout: AdapterDropout? = nil) {
    self.scales = scales
    self.dropout = dropout
  }

  /// The factor s of the module named `module`; 0 where it has no adapter.
  func scale(of module: String) -> Double { scales[module] ?? 0 }

  /// The modules that have an adapter.
  public var modules: [String] { scales.keys.sorted() }
}

/// How strongly each layer's adapter acts.
public struct AdapterScaling: Equatable, Sendable {
  private let scales: [String: Double]

  /// `scales` maps a module's whole name to its factor s.
  public init(_ scales: [String: Double]) { self.scales = scales }

  /// The factor s of the module named `module`; 0 where it has no adapter.
  func scale(of module: String) -> Double { scales[module] ?? 0 }

  /// The modules that have an adapter.
  public var modules: [String] { scales.keys.sorted() }
}

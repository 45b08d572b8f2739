/// A model's tensors by name, in a fixed order.
public struct ParameterStore {
  /// The names, in the order in which they were added.
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]

  public init() {}

  /// The tensor `name`; setting a new name adds it at the end.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if let newValue {
        if tensors.updateValue(newValue, forKey: name) == nil { names.append(name) }
      } else if tensors.removeValue(forKey: name) != nil {
        names.removeAll { $0 == name }
      }
    }
  }

  /// The tensors in the order of ``names``.
  public var all: [Tensor] { names.compactMap { tensors[$0] } }

  /// The number of elements of all tensors.
  public var elementCount: Int { all.reduce(0) { $0 + $1.elementCount } }

  /// The part whose names begin with `prefix` and a dot.
  public func scope(_ prefix: String) -> ParameterScope { ParameterScope(store: self, prefix: prefix) }
}

/// The tensors below one name of a ``ParameterStore``, by what follows it.
public struct ParameterScope {
  private let store: ParameterStore
  /// The name of this scope, without a dot at its end.
  public let prefix: String

  init(store: ParameterStore, prefix: String) {
    self.store = store
    self.prefix = prefix
  }

  /// The tensor `prefix.name`, or `nil`.
  public subscript(name: String) -> Tensor? { store["\(prefix).\(name)"] }

  /// Returns the tensor `prefix.name`.
  ///
  /// - Throws: `TorchError` where there is none, with its whole name.
  public func required(_ name: String) throws(TorchError) -> Tensor {
    guard let tensor = self[name] else {
      throw TorchError(.refused("there is no such parameter"), operation: "\(prefix).\(name)")
    }
    return tensor
  }

  /// The part below `prefix.name`.
  public func scope(_ name: String) -> ParameterScope { ParameterScope(store: store, prefix: "\(prefix).\(name)") }
}

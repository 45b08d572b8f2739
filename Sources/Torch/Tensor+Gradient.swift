internal import CTorch

extension Tensor {
  /// Whether operations on this tensor are recorded for a gradient.
  public var requiresGradient: Bool { unsafe ctorch_requires_gradient(handle) }

  /// Asks for a gradient, or no longer.
  public func setRequiresGradient(_ value: Bool) throws(TorchError) {
    try unsafe checked("requires gradient") { error in unsafe ctorch_set_requires_gradient(handle, value, error) }
  }

  /// What ``backward(_:)`` has summed up for this leaf so far, or `nil`.
  public var gradient: Tensor? {
    get throws(TorchError) {
      try unsafe madeIfAny("gradient") { out, error in unsafe ctorch_gradient(handle, out, error) }
    }
  }

  /// Replaces, or with `nil` takes away, the gradient.
  public func setGradient(_ gradient: Tensor?) throws(TorchError) {
    try unsafe checked("gradient") { error in unsafe ctorch_set_gradient(handle, gradient?.handle, error) }
  }

  /// Adds the derivative of this scalar, or of its product with `weight`, to the gradient of every leaf.
  public func backward(_ weight: Tensor? = nil) throws(TorchError) {
    try unsafe checked("backward") { error in unsafe ctorch_backward(handle, weight?.handle, error) }
  }

  /// Overwrites the elements with those of `source`, converted.
  public func assign(_ source: Tensor) throws(TorchError) {
    try unsafe checked("assign") { error in unsafe ctorch_copy_(handle, source.handle, error) }
  }

  /// Overwrites every element with `value`.
  public func fill(_ value: Double) throws(TorchError) {
    try unsafe checked("fill") { error in unsafe ctorch_fill_(handle, value, error) }
  }

  /// Adds `factor` · `other` in place.
  public func add(_ other: Tensor, factor: Double = 1) throws(TorchError) {
    try unsafe checked("add") { error in unsafe ctorch_add_(handle, other.handle, factor, error) }
  }

  /// Multiplies in place.
  public func multiply(_ factor: Double) throws(TorchError) {
    try unsafe checked("multiply") { error in unsafe ctorch_multiply_(handle, factor, error) }
  }
}

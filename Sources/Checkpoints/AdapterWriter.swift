public import ByteIO
internal import JSON
public import TensorFiles

/// Writes an adapter folder as PEFT does; it appears under its name only when complete.
///
/// PEFT also saves the head's own weight beside its adapter; it is left out here, since it is the base model's.
public struct AdapterWriter: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Writes `config` and the factors of `modules` in `dtype`, in place of what is at the path.
  ///
  /// `data` appends the bytes of the factor it is given the name of.
  public func write(
    _ config: AdapterConfig, _ modules: [AdaptedModule], _ dtype: DType, data: (String, AtomicFile) throws -> Void
  ) throws {
    let part = "\(path).part"
    try Directory.remove(part)
    try Directory.create(part)
    do {
      let prefix = AdapterFolder.prefix
      let declarations = modules.flatMap { module in
        [
          TensorDeclaration(prefix + module.nameOfA, dtype, module.a),
          TensorDeclaration(prefix + module.nameOfB, dtype, module.b),
        ]
      }
      let writer = try SafetensorsWriter(
        "\(part)/\(AdapterFolder.weightsName)", declarations, metadata: ["format": "pt"])
      for declaration in writer.order {
        try writer.append(declaration.name) { try data(String(declaration.name.dropFirst(prefix.count)), $0) }
      }
      _ = try writer.commit()
      let text = config.json(modules).serialized(.indented) + "\n"
      _ = try AtomicFile.write(Array(text.utf8), to: "\(part)/\(AdapterFolder.configName)")
      try Directory.synchronize(part)
    } catch {
      // What is written so far is of no use; the error that is thrown says why.
      try? Directory.remove(part)
      throw error
    }
    try Directory.remove(path)
    try Directory.move(part, to: path)
    try Directory.synchronize(Directory.parent(of: path))
  }
}

internal import ByteIO
internal import Synchronization

/// Files that stay open for reading, a bounded number of them, shared by all tasks.
final class OpenFiles: Sendable {
  private struct State {
    var files: [String: InputFile] = [:]
    var order: [String] = []
    var oldest = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int = 128) { self.limit = limit }

  /// The file at `path`, opened when it is not.
  func file(_ path: String) throws(FileError) -> InputFile {
    if let file = state.withLock({ $0.files[path] }) { return file }
    let file = try InputFile(path)
    state.withLock { state in
      if state.files[path] != nil { return }
      if state.order.count < limit {
        state.order.append(path)
      } else {
        state.files[state.order[state.oldest]] = nil
        state.order[state.oldest] = path
        state.oldest = (state.oldest + 1) % limit
      }
      state.files[path] = file
    }
    return file
  }
}

/// Returns the name of shard `index` of `count`, as in `episodes-00000-of-00012.safetensors`.
///
/// Numbers have at least five digits, and as many as `count` needs.
public func shardFileName(_ stem: String, _ index: Int, of count: Int) -> String {
  func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, max(5, String(count).count) - digits.count)) + digits
  }
  return "\(stem)-\(padded(index))-of-\(padded(count)).safetensors"
}

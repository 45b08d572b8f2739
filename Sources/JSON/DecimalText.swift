/// Returns `value` with `places` digits after the point.
public func formatDecimal(_ value: Double, places: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let whole = Int(scaled / scale)
  var fraction = String(Int(scaled) - whole * Int(scale))
  fraction = String(repeating: "0", count: max(0, places - fraction.count)) + fraction
  return (value < 0 ? "-" : "") + "\(whole)" + (places > 0 ? "." + fraction : "")
}

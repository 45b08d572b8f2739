/// Turns velocities that are given in the robot's frame into the frame of the wrist.
struct WristFrame<Scalar: RotationScalar> {
  /// How the wrist is turned in the robot's frame, R.
  private let wrist: RotationMatrix<Scalar>

  /// The frame of a wrist at `pose`: x, y, z, roll, pitch, yaw.
  init(pose: ArraySlice<Scalar>) {
    let pose = Array(pose)
    wrist = RotationMatrix(eulerAngles: pose[3], pose[4], pose[5])
  }

  /// Nine numbers for a velocity x, y, z, roll, pitch, yaw: Rᵀ·v, then the first two rows of Rᵀ·(dR·R).
  func velocity(_ velocity: ArraySlice<Scalar>) -> [Scalar] {
    let v = Array(velocity)
    let inverse = wrist.inverse
    let turn = RotationMatrix(eulerAngles: v[3], v[4], v[5])
    return inverse.turned(v[0], v[1], v[2]) + (inverse * (turn * wrist)).firstTwoRows
  }
}

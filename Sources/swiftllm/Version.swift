/// The version that `--version` prints.
package let swiftllmVersion = "0.1.0"

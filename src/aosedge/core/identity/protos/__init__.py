"""The provisioning interface on the wire. `make protos` writes the `_pb2` modules anew from the `.proto` files."""

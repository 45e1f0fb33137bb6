"""The provisioning interface is what AosEdge's public tools speak, field by field; nothing generated is edited."""

from pathlib import Path

import pytest
from google.protobuf.message import Message
from grpc_tools import protoc

from aosedge.core.identity.protos import common_pb2, iamanager_pb2, methods

SOURCE = Path(__file__).parents[2] / "src"
PROTOS = Path("aosedge/core/identity/protos")
FIELDS: dict[type[Message], str] = {
    common_pb2.ErrorInfo: "aos_code=1 exit_code=2 message=3",
    common_pb2.ArchInfo: "architecture=1 variant=2",
    common_pb2.OSInfo: "os=1 version=2 features=3",
    iamanager_pb2.APIVersion: "version=1",
    iamanager_pb2.SystemInfo: "system_id=1 unit_model=2 version=3",
    iamanager_pb2.Subjects: "subjects=1",
    iamanager_pb2.NodesID: "ids=1",
    iamanager_pb2.GetNodeInfoRequest: "node_id=1",
    iamanager_pb2.CPUInfo: "model_name=1 num_cores=2 num_threads=3 arch_info=4 max_dmips=5",
    iamanager_pb2.PartitionInfo: "name=1 types=2 total_size=3 path=4",
    iamanager_pb2.NodeAttribute: "name=1 value=2",
    iamanager_pb2.NodeInfo: "node_id=1 node_type=2 title=3 max_dmips=4 total_ram=5 physical_ram=6 os_info=7 cpus=8"
    " partitions=9 attrs=10 state=11 error=12",
    iamanager_pb2.GetCertTypesRequest: "node_id=1",
    iamanager_pb2.CertTypes: "types=1",
    iamanager_pb2.ProvisioningRequest: "node_id=1 password=2",
    iamanager_pb2.ProvisioningResponse: "error=1",
    iamanager_pb2.UpdateRootCertsRequest: "node_id=1 root_certs=2",
    iamanager_pb2.UpdateRootCertsResponse: "node_id=1 error=2",
    iamanager_pb2.CreateKeyRequest: "node_id=1 subject=2 type=3 password=4",
    iamanager_pb2.CreateKeyResponse: "node_id=1 type=2 csr=3 error=4",
    iamanager_pb2.CertInfo: "type=1 cert_url=2 key_url=3 serial=4 issuer=5",
    iamanager_pb2.ApplyCertRequest: "node_id=1 type=2 cert=3",
    iamanager_pb2.ApplyCertResponse: "node_id=1 cert_info=2 error=3",
    iamanager_pb2.NodeRequest: "node_id=1",
    iamanager_pb2.NodeResponse: "error=1",
    iamanager_pb2.IAMIncomingMessages: "start_provisioning_request=1 get_cert_types_request=2"
    " finish_provisioning_request=3 deprovision_request=4 pause_node_request=5 resume_node_request=6"
    " create_key_request=7 apply_cert_request=8 update_root_certs_request=9",
    iamanager_pb2.IAMOutgoingMessages: "node_info=1 start_provisioning_response=2 cert_types_response=3"
    " finish_provisioning_response=4 deprovision_response=5 pause_node_response=6 resume_node_response=7"
    " create_key_response=8 apply_cert_response=9 update_root_certs_response=10",
}


@pytest.mark.parametrize("message", FIELDS, ids=lambda message: message.DESCRIPTOR.name)
def test_each_field_has_the_number_that_the_field_knows_it_by(message: type[Message]) -> None:
    numbered = sorted((field.number, field.name) for field in message.DESCRIPTOR.fields)
    assert " ".join(f"{name}={number}" for number, name in numbered) == FIELDS[message]


def test_no_message_is_left_out() -> None:
    every = {*common_pb2.DESCRIPTOR.message_types_by_name, *iamanager_pb2.DESCRIPTOR.message_types_by_name}
    assert every == {message.DESCRIPTOR.name for message in FIELDS}


def test_only_version_7_tells_nodes_whom_to_trust() -> None:
    assert methods.GET_API_VERSION.path(0) == "/iamanager.IAMVersionService/GetAPIVersion"
    assert methods.START.path(6) == "/iamanager.v6.IAMProvisioningService/StartProvisioning"
    assert methods.UPDATE_ROOT_CERTS.path(7) == "/iamanager.v7.IAMCertificateService/UpdateRootCerts"
    assert methods.UPDATE_ROOT_CERTS.since == 7


def test_the_generated_modules_are_those_of_the_protos(tmp_path: Path) -> None:
    protos = [str(PROTOS / name) for name in ("common.proto", "iamanager.proto")]
    arguments = ["protoc", f"-I{SOURCE}", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    assert protoc.main([*arguments, *(str(SOURCE / proto) for proto in protos)]) == 0
    for made in (tmp_path / PROTOS).iterdir():
        assert made.read_text() == (SOURCE / PROTOS / made.name).read_text(), "write them anew: make protos"

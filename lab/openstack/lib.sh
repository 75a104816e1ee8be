# shellcheck shell=bash disable=SC2034
# What openstack.sh and octavia.sh have in common; sourced after ../lib.sh. It runs nothing.
OPENSTACK_DIR=${OPENSTACK_DIR:-$LAB_DIR/openstack/run}
OPENSTACK_PORT=${OPENSTACK_PORT:-25000}
CODE=$LAB_HERE/openstack
VENV=$LAB_DIR/openstack/venv
PASSWORD=labsecret
KEYSTONE=$OPENSTACK_PORT
export PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=

login() { # SECTION USER: how a service logs in at Keystone
  cat <<X
[$1]
www_authenticate_uri = http://127.0.0.1:$KEYSTONE/v3
auth_url = http://127.0.0.1:$KEYSTONE/v3
auth_type = password
username = $2
password = $PASSWORD
project_name = service
user_domain_id = default
project_domain_id = default
region_name = RegionOne
X
}

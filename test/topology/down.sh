#!/bin/sh
# Removes what up.sh made.
docker rm -f h1 h2 h3 h4 modema modemb isp backbone example shell mail www > /dev/null
docker network rm home-a home-b isp backbone transit example > /dev/null
docker rmi topology-host > /dev/null

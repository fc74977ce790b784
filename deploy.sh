#!/usr/bin/env bash
# Stages build/<function>/ and deploys it as a Cloud Function (2nd generation); with `web`, the page
# to a bucket. The whole way from an empty project to answering URLs, costs, updating and undoing:
# docs/operating.md
set -euo pipefail
cd "$(dirname "$0")"

# Settings, each from the environment variable of its name. docs/operating.md has the same table.
PROJECT=${PROJECT:-} # ID of the project; unset: the one that `gcloud config` has
REGION=${REGION:-us-central1} # where the functions run and a new bucket is made
MODELS_URI=${MODELS_URI:-} # gs://bucket/prefix; unset: gs://PROJECT-career-climber/models
PUBLISH=${PUBLISH:-missing} # models built here: always, never, or if the bucket has none (missing)
SUBMISSIONS_URI=${SUBMISSIONS_URI:-} # unset: gs://PROJECT-career-climber-submissions/kept
SUBMISSIONS_KEY=${SUBMISSIONS_KEY:-} # Cloud KMS key for submissions; unset: the bucket's, at first Google's
SUBMISSIONS_ACCOUNT=${SUBMISSIONS_ACCOUNT:-career-climber-submissions} # account of that function
UPDATE_ACCOUNT=${UPDATE_ACCOUNT:-career-climber-update} # account that `schedule` trains as
UPDATE_SOURCES=${UPDATE_SOURCES:-starter statements} # what it trains on beside submissions
SCHEDULE=${SCHEDULE:-0 4 * * 1} # when it does, as cron has it, in UTC
SERVICE_ACCOUNT=${SERVICE_ACCOUNT:-career-climber} # name of the account that the functions run as
BUILD_SERVICE_ACCOUNT=${BUILD_SERVICE_ACCOUNT:-} # e-mail of the building account; unset: default
RUNTIME=${RUNTIME:-python313} # one of `gcloud functions runtimes list`, Python 3.11 or newer
MEMORY=${MEMORY:-512Mi} # of one instance; downloaded models lie in it, too
CPU=${CPU:-1} # of one instance; less than 1 allows no CONCURRENCY but 1
CONCURRENCY=${CONCURRENCY:-8} # requests that an instance takes at a time, each in its own thread
MIN_INSTANCES=${MIN_INSTANCES:-0} # instances of each function kept, and paid for, when idle
MAX_INSTANCES=${MAX_INSTANCES:-10} # instances of each function at most, which bounds the cost
TIMEOUT=${TIMEOUT:-60s} # a request that takes longer is ended with 504
MODELS_REFRESH_SECONDS=${MODELS_REFRESH_SECONDS:-60} # how often an instance looks for new models
MODELS_SERIAL_FLOOR=${MODELS_SERIAL_FLOOR:-} # oldest publication served; unset: the current one
ALLOW_PICKLED_PIPELINES=${ALLOW_PICKLED_PIPELINES:-0} # 1: serve pickles, which can run any code
ALLOW_UNSIGNED_MODELS=${ALLOW_UNSIGNED_MODELS:-0} # 1: without a public key, serve what anybody wrote
INGRESS=${INGRESS:-all} # all, internal-only, or internal-and-gclb (only by a load balancer)
RATE_LIMIT=${RATE_LIMIT:-120} # requests a minute of one address that a load balancer lets through
BAN_SECONDS=${BAN_SECONDS:-300} # for how long it then answers 429 to all of this address
PUBLIC=${PUBLIC:-0} # 1: anybody may call; 0: only callers with the role roles/run.invoker
CORS_ORIGINS=${CORS_ORIGINS:-} # origins whose pages may call, spaces between, or *; unset: none
WEB_URI=${WEB_URI:-} # where the page goes; unset: gs://PROJECT-career-climber-web
API_URL=${API_URL:-} # address of a load balancer that the page asks; unset: each function's own

SERVICES=(
	artifactregistry.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com
	iam.googleapis.com logging.googleapis.com run.googleapis.com storage.googleapis.com
)
GRANT_TRIES=6 # for an account made a moment ago, which is not known everywhere at once
GRANT_PAUSE=5 # seconds between two of them
LIFECYCLE=functions/submissions/lifecycle.json # nothing in that bucket is kept longer than it says
FLOOR_IN_JSON='"MODELS_SERIAL_FLOOR",[[:space:]]*"value": "([0-9]+)"'
FOLLOWS_NEWEST='"latestRevision": true,[[:space:]]*"percent": 100[[:space:]]*[,}]'

main() {
	[[ -e functions/similar_jobs/main.py ]] || stop "run deploy.sh in its checkout, not by a link" 2
	read_arguments "$@"
	local name
	if $STAGE_ONLY && $SCHEDULING; then stage_update && return; fi
	if $STAGE_ONLY; then
		for name in ${FUNCTIONS[@]+"${FUNCTIONS[@]}"}; do stage "$name"; done # none, for bash 3.2
		if $WEB; then stage_web; fi
		return
	fi
	check_settings
	find_project
	if $RAISING; then raise_floor && return; fi
	if [[ ${#FUNCTIONS[@]} != 0 ]]; then deploy_functions; fi
	if $WEB; then deploy_web; fi
}

deploy_functions() { # FUNCTIONS, and what they need
	local name
	enable_services
	if $SCHEDULING; then
		schedule
		return
	fi
	if [[ ${FUNCTIONS[*]} != submissions ]]; then
		make_account "$SERVICE_ACCOUNT" functions
		make_bucket
		grant_on "$BUCKET" "$ACCOUNT" roles/storage.objectViewer # this bucket, and nothing else
		publish_models
		find_key
		find_serial
	fi
	if [[ " ${FUNCTIONS[*]} " == *" submissions "* ]]; then make_submissions_place; fi
	for name in "${FUNCTIONS[@]}"; do
		stage "$name" # now that the first publication has made shared/models.pub
		deploy "$name"
	done
	if [[ $INGRESS == internal-and-gclb ]]; then limit_rates; fi
	for name in "${FUNCTIONS[@]}"; do show_url "$name"; done
}

usage() {
	cat <<-END
		Usage: ./deploy.sh [--stage-only] [--dry-run] [--help] [FUNCTION ...] [web]

		Deploys the functions named, or all of them: $(known_functions)
		With web, uploads the page that uses them.
		Or, with 'schedule' in their place, sets up the training that runs by itself;
		with 'floor', lets the functions follow no publication before the current one any more.

		  --stage-only  only copy what is uploaded to build/<function>/ or build/web/
		  --dry-run     print the commands, and run none

		Settings are environment variables. With their defaults:

	END
	sed -n 's/^\([A-Z_]*\)=\${\1:-\(.*\)} # \(.*\)$/  \1=\2\n      \3/p' deploy.sh
}

read_arguments() { # sets STAGE_ONLY, DRY_RUN, SCHEDULING, RAISING, WEB and FUNCTIONS
	SCHEDULING=false
	RAISING=false
	STAGE_ONLY=false
	DRY_RUN=false
	WEB=false
	FUNCTIONS=()
	local argument
	for argument in "$@"; do
		case $argument in
		--stage-only) STAGE_ONLY=true ;;
		--dry-run) DRY_RUN=true ;;
		--help | -h)
			usage
			exit 0
			;;
		web) WEB=true ;;
		schedule) SCHEDULING=true ;;
		floor) RAISING=true ;;
		-*) stop "there is no option $argument; ./deploy.sh --help shows all" 2 ;;
		*)
			[[ " $(known_functions) " == *" $argument "* && $argument != *" "* ]] ||
				stop "there is no function '$argument'; there are: $(known_functions), and web" 2
			FUNCTIONS+=("$argument")
			;;
		esac
	done
	if $SCHEDULING && { $WEB || [[ ${#FUNCTIONS[@]} != 0 ]]; }; then
		stop "schedule and what it updates are deployed one after the other" 2
	fi
	if $RAISING && { $SCHEDULING || $STAGE_ONLY || $WEB || [[ ${#FUNCTIONS[@]} != 0 ]]; }; then
		stop "floor is for all functions that are deployed, and goes by itself" 2
	fi
	if [[ ${#FUNCTIONS[@]} == 0 ]] && ! $WEB; then read -ra FUNCTIONS <<<"$(known_functions)"; fi
}

known_functions() { # their names, in one line
	local main names=""
	for main in functions/*/main.py; do
		main=${main#functions/}
		names+="${main%/main.py} "
	done
	echo "${names% }"
}

check_settings() { # what gcloud would take, and mean something else by, or find out late
	[[ $PUBLIC == [01] ]] || stop "PUBLIC is '$PUBLIC'; set 1 or 0" 2
	[[ $ALLOW_PICKLED_PIPELINES == [01] ]] ||
		stop "ALLOW_PICKLED_PIPELINES is '$ALLOW_PICKLED_PIPELINES'; set 1 or 0" 2
	[[ $ALLOW_UNSIGNED_MODELS == [01] ]] ||
		stop "ALLOW_UNSIGNED_MODELS is '$ALLOW_UNSIGNED_MODELS'; set 1 or 0" 2
	[[ $ALLOW_UNSIGNED_MODELS$ALLOW_PICKLED_PIPELINES != 11 ]] ||
		stop "ALLOW_UNSIGNED_MODELS and ALLOW_PICKLED_PIPELINES: anybody who can write to the bucket \
could run any code; set one of them" 2
	[[ $PUBLISH =~ ^(missing|always|never)$ ]] ||
		stop "PUBLISH is '$PUBLISH'; set missing, always or never" 2
	[[ $CONCURRENCY =~ ^[1-9][0-9]*$ ]] ||
		stop "CONCURRENCY is '$CONCURRENCY'; set a whole number from 1" 2
	[[ $RATE_LIMIT =~ ^[1-9][0-9]*$ ]] ||
		stop "RATE_LIMIT is '$RATE_LIMIT'; set a whole number from 1" 2
	[[ $BAN_SECONDS =~ ^[1-9][0-9]*$ ]] ||
		stop "BAN_SECONDS is '$BAN_SECONDS'; set a whole number from 1" 2
	[[ $MODELS_URI =~ ^(gs://[^@]+)?$ ]] ||
		stop "MODELS_URI is '$MODELS_URI'; set gs://bucket/prefix, or unset it" 2
	[[ $WEB_URI =~ ^(gs://[^@]+)?$ ]] ||
		stop "WEB_URI is '$WEB_URI'; set gs://bucket, or unset it" 2
	[[ $API_URL =~ ^(https://[A-Za-z0-9.:-]+)?$ ]] ||
		stop "API_URL is '$API_URL'; set https://host, or unset it" 2
	[[ $SUBMISSIONS_URI =~ ^(gs://[^@]+)?$ ]] ||
		stop "SUBMISSIONS_URI is '$SUBMISSIONS_URI'; set gs://bucket/prefix, or unset it" 2
	[[ $SCHEDULE =~ ^([0-9*,/-]+ ){4}[0-9*,/-]+$ ]] ||
		stop "SCHEDULE is '$SCHEDULE'; set five fields, such as '0 4 * * 1'" 2
	[[ $UPDATE_SOURCES != *@* ]] ||
		stop "UPDATE_SOURCES is '$UPDATE_SOURCES'; set sources with spaces between" 2
	[[ $MODELS_REFRESH_SECONDS =~ ^[0-9]+$ ]] ||
		stop "MODELS_REFRESH_SECONDS is '$MODELS_REFRESH_SECONDS'; set a whole number" 2
	[[ $MODELS_SERIAL_FLOOR =~ ^[0-9]*$ ]] ||
		stop "MODELS_SERIAL_FLOOR is '$MODELS_SERIAL_FLOOR'; set a whole number, or unset it" 2
	[[ $CORS_ORIGINS != *[,@]* ]] ||
		stop "CORS_ORIGINS is '$CORS_ORIGINS'; set https://one.example https://two.example" 2
}

stage() { # FUNCTION: copies what is uploaded, and nothing else, to build/FUNCTION
	local target="build/$1" hint="see the line above"
	run "$hint" rm -rf "$target"
	run "$hint" mkdir -p "$target/shared"
	run "$hint" cp "functions/$1/main.py" "functions/$1/requirements.txt" "$target/"
	run "$hint" cp shared/*.py "$target/shared/"
	if [[ -e shared/models.pub ]]; then # the public key: only models signed by its owner are served
		run "$hint" cp shared/models.pub "$target/shared/"
	elif $STAGE_ONLY && [[ $1 != submissions ]]; then
		echo "warning: there is no shared/models.pub, so this $1 follows any directory, but no bucket \
other than an emulator's; the first publication makes that file (SECURITY.md)" >&2
	fi
}

find_project() { # sets PROJECT, and what follows from it
	if $DRY_RUN; then
		if [[ -z $PROJECT ]]; then
			PROJECT=my-project
			echo "PROJECT is unset: $PROJECT stands for it" >&2
		fi
		echo "Nothing is run. What follows a 'describe' or 'list' is for what it does not find." >&2
	else
		command -v gcloud >/dev/null ||
			stop "gcloud is not installed: see https://cloud.google.com/sdk/docs/install"
		if [[ -z $PROJECT ]]; then PROJECT=$(gcloud config get project 2>/dev/null) || true; fi
		[[ -n $PROJECT ]] ||
			stop "which project? Set PROJECT, or run 'gcloud config set project ID'"
	fi
	MODELS_URI=${MODELS_URI:-gs://$PROJECT-career-climber/models}
	MODELS_URI=${MODELS_URI%/}
	BUCKET=${MODELS_URI#gs://}
	BUCKET=gs://${BUCKET%%/*}
	WEB_URI=${WEB_URI:-gs://$PROJECT-career-climber-web}
	WEB_URI=${WEB_URI%/}
	WEB_BUCKET=${WEB_URI#gs://}
	WEB_BUCKET=gs://${WEB_BUCKET%%/*}
	SUBMISSIONS_URI=${SUBMISSIONS_URI:-gs://$PROJECT-career-climber-submissions/kept}
	SUBMISSIONS_URI=${SUBMISSIONS_URI%/}
	SUBMISSIONS_BUCKET=${SUBMISSIONS_URI#gs://}
	SUBMISSIONS_BUCKET=gs://${SUBMISSIONS_BUCKET%%/*}
	[[ $SUBMISSIONS_BUCKET != "$BUCKET" ]] ||
		stop "SUBMISSIONS_URI and MODELS_URI are in one bucket; who reads models could read both" 2
	[[ $WEB_BUCKET != "$BUCKET" && $WEB_BUCKET != "$SUBMISSIONS_BUCKET" ]] ||
		stop "$WEB_BUCKET has models or submissions; set WEB_URI to a bucket for the page" 2
	ACCOUNT=$(mail_of "$SERVICE_ACCOUNT")
	COMMON=(--project="$PROJECT" --quiet)
}

enable_services() {
	run "log in with 'gcloud auth login'; $PROJECT must exist, have a billing account, and grant \
you roles/serviceusage.serviceUsageAdmin" \
		gcloud services enable "${SERVICES[@]}" "${COMMON[@]}"
}

make_account() { # NAME WHOSE: without any role in the project; sets TRIES, for what it is granted
	local mail
	mail=$(mail_of "$1")
	if lacks "" gcloud iam service-accounts describe "$mail" "${COMMON[@]}"; then
		run "you need roles/iam.serviceAccountAdmin in $PROJECT; a name has 6 to 30 characters" \
			gcloud iam service-accounts create "$1" \
			--display-name="Career Climber $2" "${COMMON[@]}"
		TRIES=$GRANT_TRIES
	else
		TRIES=1
	fi
}

mail_of() { # NAME of an account
	echo "$1@$PROJECT.iam.gserviceaccount.com"
}

make_bucket() {
	# No versioning: a published file is never written again but for manifest.json, and soft
	# delete keeps what was overwritten or deleted for a week.
	if lacks "" gcloud storage buckets describe "$BUCKET" --format="value(name)" "${COMMON[@]}"; then
		run "you need roles/storage.admin in $PROJECT; if the name is taken by somebody else, set \
MODELS_URI=gs://another-name/models" \
			gcloud storage buckets create "$BUCKET" --location="$REGION" \
			--uniform-bucket-level-access --public-access-prevention --soft-delete-duration=7d \
			"${COMMON[@]}"
	fi
}

grant_on() { # BUCKET ACCOUNT ROLE; adding what is there already changes nothing
	grant "you need roles/storage.admin on $1" \
		gcloud storage buckets add-iam-policy-binding "$1" --member="serviceAccount:$2" \
		--role="$3" --condition=None --format=none "${COMMON[@]}"
}

grant() { # HINT COMMAND...: tries again for an account that was made a moment ago
	local hint=$1 tries=$TRIES
	shift
	if $DRY_RUN; then
		show "$@"
		return
	fi
	until "$@"; do
		tries=$((tries - 1))
		((tries > 0)) || failed "$hint" "$@"
		sleep "$GRANT_PAUSE"
	done
}

make_submissions_place() { # a bucket of its own, where one account may only add and delete
	local role=careerClimberSubmissions hint describe
	make_account "$SUBMISSIONS_ACCOUNT" submissions
	make_submissions_bucket
	hint="you need roles/iam.roleAdmin in $PROJECT"
	describe=(gcloud iam roles describe "$role" "${COMMON[@]}")
	if lacks "" "${describe[@]}" --format="value(name)"; then
		run "$hint" gcloud iam roles create "$role" --title="Career Climber submissions" \
			--permissions=storage.objects.create,storage.objects.delete --stage=GA \
			--format=none "${COMMON[@]}"
	elif ! lacks True "${describe[@]}" --format="value(deleted)"; then # for a week, it is still there
		run "$hint" gcloud iam roles undelete "$role" --format=none "${COMMON[@]}"
	fi
	grant_on "$SUBMISSIONS_BUCKET" "$(mail_of "$SUBMISSIONS_ACCOUNT")" \
		"projects/$PROJECT/roles/$role"
}

make_submissions_bucket() {
	local hint="you need roles/storage.admin in $PROJECT" flags always
	flags=(
		--location="$REGION" --uniform-bucket-level-access --public-access-prevention
		--soft-delete-duration=0 # what is deleted is gone
		--lifecycle-file="$LIFECYCLE"
	)
	# Also where it is there already: it is never public, what is deleted is gone, and what comes in
	# from now on is encrypted with the key.
	always=(
		--uniform-bucket-level-access --public-access-prevention --clear-soft-delete --no-versioning
	)
	if [[ -n $SUBMISSIONS_KEY ]]; then
		run "you need roles/cloudkms.admin on the key SUBMISSIONS_KEY" \
			gcloud storage service-agent --authorize-cmek="$SUBMISSIONS_KEY" "${COMMON[@]}"
		flags+=(--default-encryption-key="$SUBMISSIONS_KEY")
		always+=(--default-encryption-key="$SUBMISSIONS_KEY")
	fi
	if lacks "" gcloud storage buckets describe "$SUBMISSIONS_BUCKET" --format="value(name)" \
		"${COMMON[@]}"; then
		run "$hint; if the name is taken by somebody else, set SUBMISSIONS_URI=gs://another-name" \
			gcloud storage buckets create "$SUBMISSIONS_BUCKET" "${flags[@]}" "${COMMON[@]}"
	elif ! made_for_submissions; then
		stop "$SUBMISSIONS_BUCKET was not made for submissions, and may have what is to be kept: set \
SUBMISSIONS_URI to another one. If all in it may go after a year, and what is deleted at once: \
gcloud storage buckets update $SUBMISSIONS_BUCKET --lifecycle-file=$LIFECYCLE"
	fi
	run "$hint" gcloud storage buckets update "$SUBMISSIONS_BUCKET" "${always[@]}" "${COMMON[@]}"
}

made_for_submissions() { # whether the bucket, which is there, has the rules of the file and no others
	local rules
	rules=$(<"$LIFECYCLE")
	look_up "you need roles/storage.admin in $PROJECT" gcloud storage buckets describe \
		"$SUBMISSIONS_BUCKET" --format="json(lifecycle_config)" "${COMMON[@]}"
	[[ ${FOUND//[[:space:]]/} == *"${rules//[[:space:]]/}"* ]]
}

schedule() { # a Cloud Run job that updates the models, and Cloud Scheduler, which starts it
	local name=career-climber-update secret=career-climber-signing account member verb each options
	local hint="deploy the functions first; then you need roles/run.admin, roles/run.sourceDeveloper, \
roles/secretmanager.admin and roles/cloudscheduler.admin in $PROJECT"
	account=$(mail_of "$UPDATE_ACCOUNT")
	member=serviceAccount:$account
	run "$hint" gcloud services enable cloudscheduler.googleapis.com secretmanager.googleapis.com \
		"${COMMON[@]}"
	make_account "$UPDATE_ACCOUNT" update
	grant_on "$BUCKET" "$account" roles/storage.objectUser
	grant_on "$SUBMISSIONS_BUCKET" "$account" roles/storage.objectViewer
	if lacks "" gcloud secrets describe "$secret" "${COMMON[@]}"; then
		run "publish from here first, or set SIGNING_KEY; $hint" gcloud secrets create "$secret" \
			--data-file="${SIGNING_KEY:-.keys/signing.pem}" "${COMMON[@]}"
	fi
	grant "$hint" gcloud secrets add-iam-policy-binding "$secret" --member="$member" \
		--role=roles/secretmanager.secretAccessor --format=none "${COMMON[@]}"
	stage_update
	for each in $UPDATE_SOURCES "submissions:$SUBMISSIONS_URI"; do options+="--source $each "; done
	run "$hint" gcloud run jobs deploy "$name" --source=build/update --region="$REGION" \
		--service-account="$account" --cpu=2 --memory=4Gi --task-timeout=3h --max-retries=0 \
		--set-env-vars="^@^UPDATE_OPTIONS=$options--out $MODELS_URI@SIGNING_KEY=/secrets/signing.pem\
@MODELS_PUBLIC_KEY=/tmp/models.pub@GOOGLE_CLOUD_PROJECT=$PROJECT" \
		--set-secrets="/secrets/signing.pem=$secret:latest" "${COMMON[@]}"
	grant "$hint" gcloud run jobs add-iam-policy-binding "$name" --region="$REGION" \
		--member="$member" --role=roles/run.invoker --format=none "${COMMON[@]}"
	verb=update
	if lacks "" gcloud scheduler jobs describe "$name" --location="$REGION" "${COMMON[@]}"; then
		verb=create
	fi
	run "$hint" gcloud scheduler jobs "$verb" http "$name" --location="$REGION" \
		--schedule="$SCHEDULE" --time-zone=Etc/UTC --http-method=POST \
		--uri="https://run.googleapis.com/v2/projects/$PROJECT/locations/$REGION/jobs/$name:run" \
		--oauth-service-account-email="$account" "${COMMON[@]}"
}

stage_update() { # what the job is built from, to build/update/
	local target=build/update hint="see the line above"
	run "$hint" rm -rf "$target"
	run "$hint" mkdir -p "$target/shared"
	run "$hint" cp -R training training/requirements.txt training/Procfile "$target/"
	run "$hint" cp shared/*.py "$target/shared/"
	run "$hint" find "$target" -name __pycache__ -prune -exec rm -r '{}' +
}

publish_models() { # before the functions: those that run keep what they have until they can read it
	if [[ $PUBLISH == never ]]; then return; fi
	if [[ $PUBLISH == missing ]]; then
		look_up "whether $BUCKET has models cannot be seen; you need roles/storage.admin on it" \
			gcloud storage objects list "$MODELS_URI/manifest.json" --format="value(name)" \
			"${COMMON[@]}"
		if [[ -n $FOUND ]]; then
			echo "$MODELS_URI has models: they stay (PUBLISH=always replaces them)"
			return
		fi
	fi
	run "build models with 'make models/manifest.json', and let Python write to the bucket with \
'gcloud auth application-default login'" \
		env GOOGLE_CLOUD_PROJECT="$PROJECT" \
		.venv/bin/python -m training publish --out "$MODELS_URI"
}

find_key() { # what is deployed follows a key, or else somebody has said that it need not
	if [[ -e shared/models.pub ]] || $DRY_RUN; then return; fi
	[[ $ALLOW_UNSIGNED_MODELS == 1 ]] ||
		stop "there is no shared/models.pub, so whoever can write to $BUCKET would decide what is \
answered: get it or the signing key from who publishes there (SECURITY.md), replace the models with \
PUBLISH=always, or set ALLOW_UNSIGNED_MODELS=1"
	echo "warning: there is no shared/models.pub: what lies in $BUCKET is served, whoever wrote it" >&2
}

find_serial() { # sets MODELS_SERIAL_FLOOR, so that new instances follow no older publication
	if [[ -n $MODELS_SERIAL_FLOOR ]]; then return; fi
	if [[ ! -e shared/models.pub && $ALLOW_UNSIGNED_MODELS == 1 ]]; then return; fi
	local name command=(
		env GOOGLE_CLOUD_PROJECT="$PROJECT" .venv/bin/python -m training serial --out "$MODELS_URI"
	)
	if $DRY_RUN; then
		show "${command[@]}"
	elif [[ ! -x .venv/bin/python ]]; then
		stop "there is no .venv, which finds out what is published: 'make .venv/installed' makes it"
	elif ! MODELS_SERIAL_FLOOR=$("${command[@]}"); then
		stop "the line above says why it is not known which publication is current; without that, \
whoever can write to $BUCKET could put any old one back. Mend it, or set MODELS_SERIAL_FLOOR=0"
	fi
	for name in $(known_functions); do
		if [[ $name == submissions ]]; then continue; fi
		find_floor "$name"
		if ((FLOOR > ${MODELS_SERIAL_FLOOR:-0})) && ! $DRY_RUN; then
			stop "publication $MODELS_SERIAL_FLOOR is current in $MODELS_URI, and $name follows none \
before $FLOOR: somebody has put an old one back. Publish, or '.venv/bin/python -m training rollback', \
and run this again"
		fi
	done
}

find_floor() { # FUNCTION: sets FLOOR to the serial it has been deployed with; 0 for none
	FLOOR=0
	look_up "what $1 follows now cannot be seen; you need roles/run.viewer in $PROJECT" \
		gcloud run services list --filter="metadata.name=$(service_of "$1")" --region="$REGION" \
		--format=json "${COMMON[@]}"
	if [[ $FOUND =~ $FLOOR_IN_JSON ]]; then FLOOR=${BASH_REMATCH[1]}; fi
}

raise_floor() { # of all functions that are deployed: a new revision each, without a build
	local name deployed=()
	find_key
	find_serial
	if [[ -z $MODELS_SERIAL_FLOOR ]] && ! $DRY_RUN; then
		stop "which publication is current is not known without shared/models.pub (SECURITY.md); set \
MODELS_SERIAL_FLOOR to its serial"
	fi
	for name in $(known_functions); do
		if [[ $name == submissions ]]; then continue; fi
		find_floor "$name"
		if [[ $FOUND == "[]" ]]; then continue; fi # not deployed
		if ! $DRY_RUN; then check_raise "$name"; fi
		deployed+=("$name")
	done
	[[ ${#deployed[@]} != 0 ]] || stop "no function is deployed in $PROJECT in $REGION"
	for name in "${deployed[@]}"; do
		run "you need roles/run.developer in $PROJECT" \
			gcloud run services update "$(service_of "$name")" --region="$REGION" \
			--update-env-vars="MODELS_SERIAL_FLOOR=${MODELS_SERIAL_FLOOR:-SERIAL}" --format=none \
			"${COMMON[@]}"
	done
	if ! $DRY_RUN; then
		echo "publications before $MODELS_SERIAL_FLOOR are not followed any more: ${deployed[*]}"
	fi
}

check_raise() { # FUNCTION, as find_floor has found it: a new revision would follow fewer, and be asked
	((FLOOR <= MODELS_SERIAL_FLOOR)) ||
		stop "$1 follows none before $FLOOR: MODELS_SERIAL_FLOOR=$MODELS_SERIAL_FLOOR would lower that"
	[[ $FOUND =~ $FOLLOWS_NEWEST ]] ||
		stop "requests to $1 go to a revision that was chosen by hand, which keeps its floor: deploy \
$1, or send them to the newest revision with 'gcloud run services update-traffic $(service_of "$1") \
--region=$REGION --to-latest'"
}

deploy() { # FUNCTION
	local service environment flags account=$ACCOUNT
	service=$(service_of "$1")
	environment="MODELS_URI=$MODELS_URI@MODELS_REFRESH_SECONDS=$MODELS_REFRESH_SECONDS"
	if [[ $1 == submissions ]]; then
		account=$(mail_of "$SUBMISSIONS_ACCOUNT")
		environment="SUBMISSIONS_URI=$SUBMISSIONS_URI"
	fi
	environment+="@THREADS=$CONCURRENCY@GOOGLE_CLOUD_PROJECT=$PROJECT"
	if [[ $1 != submissions ]]; then
		if [[ -n $MODELS_SERIAL_FLOOR ]]; then
			environment+="@MODELS_SERIAL_FLOOR=$MODELS_SERIAL_FLOOR"
		fi
		if [[ $ALLOW_UNSIGNED_MODELS == 1 ]]; then environment+="@ALLOW_UNSIGNED_MODELS=1"; fi
		if [[ $ALLOW_PICKLED_PIPELINES == 1 ]]; then environment+="@ALLOW_PICKLED_PIPELINES=1"; fi
	fi
	if [[ -n $CORS_ORIGINS ]]; then environment+="@CORS_ORIGINS=$CORS_ORIGINS"; fi
	flags=(
		--gen2 --region="$REGION" --runtime="$RUNTIME" --source="build/$1" --entry-point="$1"
		--trigger-http --service-account="$account" --memory="$MEMORY" --cpu="$CPU"
		--concurrency="$CONCURRENCY" --min-instances="$MIN_INSTANCES"
		--max-instances="$MAX_INSTANCES" --timeout="$TIMEOUT" --ingress-settings="$INGRESS"
		--set-env-vars="^@^$environment" # @ instead of a comma between them
		--serve-all-traffic-latest-revision # also after a revision was chosen by hand
		--format=none
	)
	if [[ $PUBLIC == 1 ]]; then
		flags+=(--allow-unauthenticated)
	else
		flags+=(--no-allow-unauthenticated) # takes public access back, too
	fi
	if [[ -n $BUILD_SERVICE_ACCOUNT ]]; then
		flags+=(--build-service-account="projects/$PROJECT/serviceAccounts/$BUILD_SERVICE_ACCOUNT")
	else
		flags+=(--clear-build-service-account)
	fi
	run "see the message above, and 'When a deployment fails' in docs/operating.md" \
		gcloud functions deploy "$service" "${flags[@]}" "${COMMON[@]}"
	# More CPU while an instance starts. `functions deploy` has no flag for it.
	if lacks '"run.googleapis.com/startup-cpu-boost": "true"' gcloud run services describe \
		"$service" --region="$REGION" --format=json "${COMMON[@]}"; then
		run "the function is deployed; you need roles/run.developer for its startup CPU boost" \
			gcloud run services update "$service" --region="$REGION" --cpu-boost --format=none \
			"${COMMON[@]}"
	fi
}

limit_rates() { # of each caller's address; Cloud Run by itself bounds all callers together only
	local policy=career-climber rule=1000 verb name hint
	hint="the functions are deployed; you need roles/compute.securityAdmin in $PROJECT"
	run "$hint" gcloud services enable compute.googleapis.com "${COMMON[@]}"
	if lacks "" gcloud compute security-policies describe "$policy" "${COMMON[@]}"; then
		run "$hint" gcloud compute security-policies create "$policy" "${COMMON[@]}"
	fi
	verb=update
	if lacks "" gcloud compute security-policies rules describe "$rule" \
		--security-policy="$policy" "${COMMON[@]}"; then
		verb=create
	fi
	run "$hint" gcloud compute security-policies rules "$verb" "$rule" \
		--security-policy="$policy" --src-ip-ranges='*' --action=rate-based-ban \
		--enforce-on-key=IP --conform-action=allow --exceed-action=deny-429 \
		--rate-limit-threshold-count="$RATE_LIMIT" --rate-limit-threshold-interval-sec=60 \
		--ban-duration-sec="$BAN_SECONDS" "${COMMON[@]}"
	for name in "${FUNCTIONS[@]}"; do # those that the load balancer has already
		name=$(service_of "$name")
		look_up "$hint" gcloud compute backend-services list --filter="name=$name" --global \
			--format="value(name)" "${COMMON[@]}"
		if [[ -n $FOUND ]]; then
			run "$hint" gcloud compute backend-services update "$name" --global \
				--security-policy="$policy" "${COMMON[@]}"
		elif ! $DRY_RUN; then
			echo "$name is not behind a load balancer yet, so no address is limited"
		fi
	done
}

stage_web() { # [FUNCTION=URL ...]: the page, and nothing else, to build/web
	run "make the environment with 'make models/manifest.json'" \
		.venv/bin/python -m local.bundle build/web "$@"
}

deploy_web() { # the page to its bucket
	local name addresses=() hint="you need roles/storage.admin in $PROJECT"
	for name in $(known_functions); do
		if [[ -z $API_URL ]]; then find_url "$name"; fi
		addresses+=("$name=${API_URL:-$URL}")
	done
	stage_web "${addresses[@]}"
	if lacks "" gcloud storage buckets describe "$WEB_BUCKET" --format="value(name)" \
		"${COMMON[@]}"; then
		run "$hint; if the name is taken by somebody else, set WEB_URI=gs://another-name" \
			gcloud storage buckets create "$WEB_BUCKET" --location="$REGION" \
			--uniform-bucket-level-access --soft-delete-duration=7d "${COMMON[@]}"
	fi
	# Libraries first, whose folders have their version: they never change. The page is always
	# asked for again, so that no old one meets new functions.
	run "$hint" gcloud storage rsync build/web/vendor "$WEB_URI/vendor" --recursive \
		--cache-control="public, max-age=31536000, immutable" "${COMMON[@]}"
	run "$hint" gcloud storage rsync build/web "$WEB_URI" --recursive --exclude='^vendor/' \
		--delete-unmatched-destination-objects --cache-control=no-cache "${COMMON[@]}"
	open_or_close_web
	echo "web: https://storage.googleapis.com/${WEB_URI#gs://}/index.html"
}

open_or_close_web() { # to everybody, as PUBLIC says
	local hint="you need roles/storage.admin in $PROJECT"
	local everybody=(--member=allUsers --role=roles/storage.objectViewer --format=none)
	if [[ $PUBLIC == 1 ]]; then
		run "$hint" gcloud storage buckets add-iam-policy-binding "$WEB_BUCKET" "${everybody[@]}" \
			"${COMMON[@]}"
		return
	fi
	look_up "$hint" gcloud storage buckets get-iam-policy "$WEB_BUCKET" --format=json "${COMMON[@]}"
	if [[ $FOUND == *'"allUsers"'* ]]; then
		run "$hint" gcloud storage buckets remove-iam-policy-binding "$WEB_BUCKET" "${everybody[@]}" \
			"${COMMON[@]}"
	fi
	echo "warning: only you can see the page; PUBLIC=1 lets everybody" >&2
}

show_url() { # FUNCTION
	find_url "$1"
	if ! $DRY_RUN; then echo "$1: $URL"; fi
}

find_url() { # FUNCTION: sets URL; a dry run, which asks nobody, makes one up
	local describe
	describe=(
		gcloud functions describe "$(service_of "$1")" --region="$REGION"
		--format="value(serviceConfig.uri)" "${COMMON[@]}"
	)
	if $DRY_RUN; then
		show "${describe[@]}"
		URL=https://$(service_of "$1").example
		return
	fi
	URL=$("${describe[@]}") || failed "if the function is deployed, run this again" "${describe[@]}"
}

service_of() { # FUNCTION: its name in the cloud, where a name has no underscore
	echo "${1//_/-}"
}

run() { # HINT COMMAND...: runs the command; where it fails, stops and says the hint
	local hint=$1
	shift
	if $DRY_RUN; then
		show "$@"
	else
		"$@" || failed "$hint" "$@"
	fi
}

lacks() { # TEXT COMMAND...: whether the command fails or does not print the text; a dry run says so
	local text=$1 output
	shift
	if $DRY_RUN; then
		show "$@"
	else
		! output=$("$@" 2>/dev/null) || [[ $output != *"$text"* ]]
	fi
}

look_up() { # HINT COMMAND...: sets FOUND to what it prints, to nothing in a dry run
	# To describe what is not there fails as if it could not be seen; a list without it does not fail.
	local hint=$1
	shift
	FOUND=""
	if $DRY_RUN; then
		show "$@"
	else
		FOUND=$("$@") || failed "$hint" "$@"
	fi
}

show() { # COMMAND...: prints it so that a shell reads the same words
	local line
	printf -v line "%q " "$@"
	echo "${line% }"
}

failed() { # HINT COMMAND...
	local hint=$1
	shift
	stop "'${*:1:4} ...' failed: $hint"
}

stop() { # MESSAGE [STATUS]
	echo "error: $1" >&2
	exit "${2:-1}"
}

main "$@"

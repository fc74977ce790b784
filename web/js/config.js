// Where each function answers; "" is this page's own origin. `deploy.sh web` writes the deployed
// page's, and allows the same addresses in its Content-Security-Policy.
export const API = {
  similar_jobs: "",
  top_skills: "",
  job_insights: "",
  submissions: "",
};

"""Work that OEWS counts under another name than its own.

OEWS has some 800 detailed occupations (SOC 2018). O*NET splits some of them further (the
O*NET-SOC taxonomy of 2019), and people use titles that belong to none. Names on the left are of
OEWS; those that nothing fits, such as "assistant", stand nowhere.
"""

OCCUPATIONS = {
    "Agricultural Technicians": "Precision Agriculture Technicians",
    "Architectural and Engineering Managers":
        "Biofuels/Biodiesel Technology and Product Development Managers",
    "Biological Scientists, All Other":
        "Bioinformatics Scientists; Biologists; Geneticists; Molecular and Cellular Biologists",
    "Business Operations Specialists, All Other":
        "Business Continuity Planners; Online Merchants; Security Management Specialists; "
        "Sustainability Specialists",
    "Buyers and Purchasing Agents":
        "Buyers and Purchasing Agents, Farm Products; Purchasing Agents, Except Wholesale, Retail, "
        "and Farm Products; Wholesale and Retail Buyers, Except Farm Products",
    "Cargo and Freight Agents": "Freight Forwarders",
    "Chief Executives": "Chief Sustainability Officers",
    "Childcare Workers": "Nannies",
    "Civil Engineers": "Transportation Engineers; Water/Wastewater Engineers",
    "Clinical Laboratory Technologists and Technicians":
        "Cytogenetic Technologists; Cytotechnologists; Histology Technicians; Histotechnologists; "
        "Medical and Clinical Laboratory Technicians; Medical and Clinical Laboratory "
        "Technologists",
    "Compliance Officers":
        "Coroners; Customs Brokers; Environmental Compliance Inspectors; Equal Opportunity "
        "Representatives and Officers; Government Property Inspectors and Investigators; "
        "Regulatory Affairs Specialists",
    "Computer Network Architects": "Telecommunications Engineering Specialists",
    "Computer Occupations, All Other":
        "Blockchain Engineers; Computer Systems Engineers/Architects; Digital Forensics Analysts; "
        "Document Management Specialists; Geographic Information Systems Technologists and "
        "Technicians; Information Security Engineers; Information Technology Project Managers; "
        "Penetration Testers; Web Administrators",
    "Computer Systems Analysts": "Health Informatics Specialists",
    "Conservation Scientists": "Park Naturalists; Range Managers",
    "Construction and Building Inspectors": "Energy Auditors",
    "Data Scientists": "Business Intelligence Analysts; Clinical Data Managers",
    "Database Architects": "Data Warehousing Specialists",
    "Detectives and Criminal Investigators":
        "Intelligence Analysts; Police Identification and Records Officers",
    "Economists": "Environmental Economists",
    "Electrical, Electronic, and Electromechanical Assemblers, Except Coil Winders, Tapers, and "
    "Finishers":
        "Electrical and Electronic Equipment Assemblers; Electromechanical Equipment Assemblers",
    "Electro-Mechanical and Mechatronics Technologists and Technicians": "Robotics Technicians",
    "Electronics Engineers, Except Computer": "Radio Frequency Identification Device Specialists",
    "Engineering Technologists and Technicians, Except Drafters, All Other":
        "Non-Destructive Testing Specialists; Photonics Technicians",
    "Engineers, All Other":
        "Energy Engineers, Except Wind and Solar; Mechatronics Engineers; Microsystems Engineers; "
        "Nanosystems Engineers; Photonics Engineers; Robotics Engineers; Solar Energy Systems "
        "Engineers; Wind Energy Engineers",
    "Environmental Scientists and Specialists, Including Health":
        "Climate Change Policy Analysts; Environmental Restoration Planners; Industrial Ecologists",
    "Facilities Managers": "Security Managers",
    "Fast Food and Counter Workers": "Baristas",
    "Financial Managers": "Investment Fund Managers; Treasurers and Controllers",
    "Financial Specialists, All Other":
        "Financial Quantitative Analysts; Fraud Examiners, Investigators and Analysts",
    "First-Line Supervisors of Construction Trades and Extraction Workers":
        "Solar Energy Installation Managers",
    "First-Line Supervisors of Transportation and Material Moving Workers, Except Aircraft Cargo "
    "Handling":
        "First-Line Supervisors of Helpers, Laborers, and Material Movers, Hand; First-Line "
        "Supervisors of Material-Moving Machine and Vehicle Operators; First-Line Supervisors of "
        "Passenger Attendants; Recycling Coordinators",
    "Grinding, Lapping, Polishing, & Buffing Machine Tool Setters, Operators, & Tenders, Metal & "
    "Plastic":
        "Grinding, Lapping, Polishing, and Buffing Machine Tool Setters, Operators, and Tenders, "
        "Metal and Plastic",
    "Health Technologists and Technicians, All Other":
        "Neurodiagnostic Technologists; Ophthalmic Medical Technologists; Patient Representatives",
    "Health and Safety Engineers, Except Mining Safety Engineers and Inspectors":
        "Fire-Prevention and Protection Engineers",
    "Healthcare Diagnosing or Treating Practitioners, All Other":
        "Naturopathic Physicians; Orthoptists",
    "Healthcare Practitioners and Technical Workers, All Other": "Midwives",
    "Healthcare Support Workers, All Other":
        "Endoscopy Technicians; Speech-Language Pathology Assistants",
    "Home Health and Personal Care Aides": "Home Health Aides; Personal Care Aides",
    "Industrial Engineering Technologists and Technicians":
        "Nanotechnology Engineering Technologists and Technicians",
    "Industrial Engineers":
        "Human Factors Engineers and Ergonomists; Manufacturing Engineers; Validation Engineers",
    "Industrial Production Managers":
        "Biofuels Production Managers; Biomass Power Plant Managers; Geothermal Production "
        "Managers; Hydroelectric Production Managers; Quality Control Systems Managers",
    "Installation, Maintenance, and Repair Workers, All Other": "Geothermal Technicians",
    "Jewelers and Precious Stone and Metal Workers": "Gem and Diamond Workers",
    "Laborers and Freight, Stock, and Material Movers, Hand": "Recycling and Reclamation Workers",
    "Life, Physical, and Social Science Technicians, All Other":
        "Quality Control Analysts; Remote Sensing Technicians",
    "Logisticians": "Logistics Analysts; Logistics Engineers",
    "Managers, All Other":
        "Brownfield Redevelopment Specialists and Site Managers; Compliance Managers; Loss "
        "Prevention Managers; Regulatory Affairs Managers; Wind Energy Development Managers; Wind "
        "Energy Operations Managers",
    "Market Research Analysts and Marketing Specialists": "Search Marketing Strategists",
    "Mathematical Science Occupations, All Other": "Bioinformatics Technicians",
    "Mechanical Engineering Technologists and Technicians": "Automotive Engineering Technicians",
    "Mechanical Engineers": "Automotive Engineers; Fuel Cell Engineers",
    "Miscellaneous Assemblers and Fabricators": "Team Assemblers",
    "Miscellaneous Construction and Related Workers":
        "Segmental Pavers; Weatherization Installers and Technicians",
    "Molders, Shapers, and Casters, Except Metal and Plastic":
        "Glass Blowers, Molders, Benders, and Finishers; Potters, Manufacturing; Stone Cutters and "
        "Carvers, Manufacturing",
    "Natural Sciences Managers": "Clinical Research Coordinators; Water Resource Specialists",
    "Nuclear Technicians": "Nuclear Monitoring Technicians",
    "Occupational Therapists":
        "Low Vision Therapists, Orientation and Mobility Specialists, and Vision Rehabilitation "
        "Therapists",
    "Personal Service Managers, All Other": "Fitness and Wellness Coordinators; Spa Managers",
    "Physical Scientists, All Other": "Remote Sensing Scientists and Technologists",
    "Physician Assistants": "Anesthesiologist Assistants",
    "Physicians, All Other":
        "Allergists and Immunologists; Hospitalists; Physical Medicine and Rehabilitation "
        "Physicians; Preventive Medicine Physicians; Sports Medicine Physicians; Urologists",
    "Plant and System Operators, All Other": "Biofuels Processing Technicians",
    "Plumbers, Pipefitters, and Steamfitters": "Solar Thermal Installers and Technicians",
    "Police and Sheriff's Patrol Officers": "Customs and Border Protection Officers",
    "Power Plant Operators": "Biomass Plant Technicians; Hydroelectric Plant Technicians",
    "Producers and Directors":
        "Media Programming Directors; Media Technical Directors/Managers; Talent Directors",
    "Property Appraisers and Assessors":
        "Appraisers and Assessors of Real Estate; Appraisers of Personal and Business Property",
    "Protective Service Workers, All Other": "Retail Loss Prevention Specialists",
    "Psychologists, All Other": "Clinical Neuropsychologists; Neuropsychologists",
    "Registered Nurses":
        "Acute Care Nurses; Advanced Practice Psychiatric Nurses; Clinical Nurse Specialists; "
        "Critical Care Nurses",
    "Sales Representatives, Wholesale and Manufacturing, Technical and Scientific Products":
        "Solar Sales Representatives and Assessors",
    "Social Scientists and Related Workers, All Other": "Transportation Planners",
    "Special Education Teachers, All Other": "Adapted Physical Education Specialists",
    "Special Education Teachers, Kindergarten and Elementary School":
        "Special Education Teachers, Elementary School; Special Education Teachers, Kindergarten",
    "Statisticians": "Biostatisticians",
    "Substance Abuse, Behavioral Disorder, and Mental Health Counselors":
        "Mental Health Counselors; Substance Abuse and Behavioral Disorder Counselors",
    "Surveyors": "Geodetic Surveyors",
    "Teaching Assistants, Except Postsecondary":
        "Teaching Assistants, Preschool, Elementary, Middle, and Secondary School, Except Special "
        "Education; Teaching Assistants, Special Education",
    "Therapists, All Other": "Art Therapists; Music Therapists",
    "Tour and Travel Guides": "Tour Guides and Escorts; Travel Guides",
    "Transportation Inspectors":
        "Aviation Inspectors; Transportation Vehicle, Equipment and Systems Inspectors, Except "
        "Aviation",
    "Transportation, Storage, and Distribution Managers": "Supply Chain Managers",
    "Web and Digital Interface Designers": "Video Game Designers",
    "Writers and Authors": "Poets, Lyricists and Creative Writers",
}  # fmt: skip
"""OEWS occupation → the O*NET occupations that it counts."""

TITLES = {
    "Accountants and Auditors": "staff accountant",
    "Bookkeeping, Accounting, and Auditing Clerks": "accounting; accounts payable clerk",
    "Civil Engineers": "structural engineer",
    "Computer Occupations, All Other": "salesforce administrator",
    "Computer Systems Analysts": "erp consultant; it consultant; technical consultant",
    "Computer User Support Specialists": "it specialist",
    "Data Scientists": "data analyst; machine learning engineer",
    "Engineers, All Other":
        "applications engineer; design engineer; engineer; field engineer; product engineer; "
        "project engineer; test engineer",
    "Financial Managers": "accounting manager",
    "General and Operations Managers": "director of operations",
    "Human Resources Specialists": "recruiter; technical recruiter",
    "Life, Physical, and Social Science Occupations":
        "postdoctoral scholar; research associate; research scientist; scientist",
    "Management Analysts": "analyst; business analyst",
    "Management Occupations": "director; manager",
    "Marketing Managers": "marketing director; product manager",
    "Mechanical Engineers": "mechanical design engineer",
    "Network and Computer Systems Administrators": "linux administrator",
    "Physicians, All Other": "physician",
    "Postsecondary Teachers, All Other": "professor",
    "Production Occupations": "machine operator",
    "Project Management Specialists":
        "it project manager; program coordinator; program manager; project coordinator; scrum "
        "master; technical project manager",
    "Sales Managers": "business development manager",
    "Sales Representatives of Services, Except Advertising, Insurance, Financial Services, and "
    "Travel": "account manager; business development",
    "Securities, Commodities, and Financial Services Sales Agents": "investment banker",
    "Software Developers":
        "android engineer; build and release engineer; cloud engineer; devops engineer; embedded "
        "software engineer; full stack engineer; ios engineer; j2ee engineer; java software "
        "engineer; net engineer; salesforce engineer; software architect",
    "Surgeons, All Other": "surgeon",
    "Web Developers": "front end engineer",
    "Web and Digital Interface Designers": "ux engineer",
}  # fmt: skip
"""OEWS occupation → titles that belong to no O*NET occupation, or to many.

They come before everything else.
"""
